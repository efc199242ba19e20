import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import { typedFlag } from '../settings/setting-key.ts'
import { didYouMean } from '../text/near-name.ts'
import { safeText } from '../text/safe-text.ts'
import type { Argument, Given, Tool } from './tool.ts'

/** Characters of one text. No id, name or query is longer. */
const LONGEST = 4000

/**
 * The arguments of a call. Failure `usage`: an unknown one (the hint names those of the tool), one of another type, or a
 * missing one.
 */
export function readArguments(tool: Pick<Tool, 'name' | 'arguments'>, typed: unknown): Given {
  const given = typed ?? {}
  if (!isObject(given)) throw wrong(tool, 'the arguments are not an object')
  const names = tool.arguments.map(({ name }) => name)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const valid = names.length === 0 ? 'It takes none.' : `It takes: ${names.join(', ')}.`
    throw new Failure('usage', `${tool.name} has no argument "${safeText(name, 60)}"`, {
      hint: `${didYouMean(name, names)}${valid}`,
      reason: 'bad-argument',
    })
  }
  return Object.fromEntries(
    tool.arguments.flatMap((argument) => {
      const value = given[argument.name]
      if (value === undefined || value === null) {
        if (argument.isRequired) throw wrong(tool, `${argument.name} is missing`)
        return []
      }
      return [[argument.name, readOne(tool, argument, value)] as const]
    }),
  )
}

function readOne(tool: Pick<Tool, 'name'>, argument: Argument, value: unknown): Given[string] {
  const { name, type, most = Number.MAX_SAFE_INTEGER } = argument
  switch (type) {
    case 'string':
      return textOf(tool, name, value)
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw wrong(tool, `${name} is not true or false`)
    case 'integer':
      if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most)
        return value as number
      throw wrong(tool, `${name} is not a whole number from 1${most < 1e6 ? ` to ${most}` : ' on'}`)
    case 'strings':
      if (!Array.isArray(value) || value.length === 0) throw wrong(tool, `${name} is not a list of strings`)
      if (value.length > most) throw wrong(tool, `${name} has ${value.length} entries; at most ${most}`)
      return value.map((one) => textOf(tool, name, one))
  }
}

function textOf(tool: Pick<Tool, 'name'>, name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(tool, `${name} is not a string`)
  if (value.trim() === '') throw wrong(tool, `${name} is empty`)
  if (value.length > LONGEST) throw wrong(tool, `${name} has more than ${LONGEST} characters`)
  return value
}

const wrong = ({ name }: Pick<Tool, 'name'>, what: string): Failure =>
  new Failure('usage', `${name}: ${what}`, {
    hint: 'See the schema of its arguments.',
    reason: 'bad-argument',
  })

/** Arguments as flags of the command that means the same, for the readers of that command. */
export function flagsOf(tool: Pick<Tool, 'arguments'>, given: Given): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    tool.arguments.flatMap(({ name, flag }) => {
      const value = given[name]
      // A flag that is not meant is not typed.
      if (flag === undefined || value === undefined || value === false) return []
      return [[flag, typeof value === 'number' ? String(value) : value] as const]
    }),
  )
}

/** The words about a flag (`--min: "x" is not a duration`) as words about the argument that stands for it. */
export function inWordsOf(tool: Pick<Tool, 'arguments'>, text: string): string {
  const flags = tool.arguments.flatMap(({ name, flag }) =>
    flag === undefined ? [] : [[typedFlag(flag), name] as const],
  )
  return flags.reduce(
    (words, [flag, name]) => words.replaceAll(new RegExp(`${flag}(?![\\w-])`, 'g'), name),
    text,
  )
}
