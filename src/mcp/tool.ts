import type { Verb } from '../backends/backend.ts'
import type { Invocation } from '../commands/invocation.ts'

/** Values of arguments that were given, by name: of the right types, and not judged beyond that. */
export type Given = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** One argument of a tool. */
export interface Argument {
  readonly name: string
  /** `strings`: a list. */
  readonly type: 'string' | 'integer' | 'boolean' | 'strings'
  readonly description: string
  readonly isRequired?: true
  /** The flag of a command that means the same, by its camelCase name: its reader judges the value. */
  readonly flag?: string
  /** Its place among the arguments of that command, where it isn't a flag. */
  readonly place?: number
  /** Of an integer the largest, of a list the longest. */
  readonly most?: number
}

/** What an agent can call. All of them only read. */
export interface Tool {
  readonly name: string
  readonly title: string
  /** For the agent: what it answers, and when to use it. */
  readonly description: string
  readonly arguments: readonly Argument[]
  /** The words that a person types for the same; absent: steps do not lead here. */
  readonly line?: string
  /** What it asks the back end for; absent: nothing. */
  readonly verb?: Verb
  /** Lazy: a server that is started and not asked loads no more than the words. */
  readonly load: () => Promise<AnswerTool>
}

/**
 * Gives the answer as text, bounded. `flags`: the arguments that mean what a flag means, as flags of that command. Failures as of
 * the command with the same verb.
 */
export type AnswerTool = (
  invocation: Invocation,
  given: Given,
  flags: Invocation['options'],
) => Promise<string>

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** JSON Schema of an object: what a tool takes. */
export interface InputSchema {
  readonly type: 'object'
  readonly properties: Record<string, { [key: string]: Json }>
  readonly required: string[]
  readonly additionalProperties: false
  readonly [key: string]: unknown
}

export const schemaOf = ({ arguments: all }: Pick<Tool, 'arguments'>): InputSchema => ({
  type: 'object',
  properties: Object.fromEntries(all.map((one) => [one.name, propertyOf(one)])),
  required: all.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  additionalProperties: false,
})

function propertyOf({ type, description, most }: Argument): InputSchema['properties'][string] {
  switch (type) {
    case 'integer':
      return { type, description, minimum: 1, ...(most !== undefined && { maximum: most }) }
    case 'strings':
      return {
        type: 'array',
        items: { type: 'string' },
        description,
        minItems: 1,
        ...(most !== undefined && { maxItems: most }),
      }
    default:
      return { type, description }
  }
}
