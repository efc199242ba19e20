import type { ToolText } from '../agent.ts'

/** What a reader could tell a tool, each with how the description of an argument says that it is meant. */
const MEANT = {
  service: { type: 'string', says: /\bservice\b/i },
  operation: { type: 'string', says: /\bspan\b.*\bname\b/i },
  from: { type: 'string', says: /\bfrom this time\b/i },
  to: { type: 'string', says: /\bup to this time\b/i },
  failed: { type: 'boolean', says: /\bfailed\b/i },
  slowerThan: { type: 'string', says: /\btook longer\b.*\bp\d\d\b/i },
  trace: { type: 'string', says: /\bid of the trace\b/i },
  usual: { type: 'string', says: /\bcompare with\b|\busual\b/i },
  bad: { type: 'string', says: /\bin question\b/i },
  atMost: { type: 'integer', says: /\btraces\b.*\bat most\b/i },
} as const

/** What is known and should be told. */
export type Facts = { readonly [fact in keyof typeof MEANT]?: string | number | boolean }

/** The texts do not say how to go on. */
export class Stuck extends Error {}

/** Words that say nothing of what a tool is for. */
const FILLERS = new Set(
  'a an and are in is it of or one than that the they to two what which with'.split(' '),
)
/** So much of what is wanted must be in the words of a tool. */
const LEAST_SHARE = 0.6

/** The tool whose title and description have most of the words of what is wanted. Throws {@link Stuck} where none has enough. */
export function toolFor(wanted: string, tools: readonly ToolText[]): ToolText {
  const words = wordsOf(wanted).filter((word) => !FILLERS.has(word))
  const share = ({ title = '', description = '' }: ToolText): number => {
    const told = new Set(wordsOf(`${title} ${description}`))
    return words.filter((word) => told.has(word)).length / words.length
  }
  const [best] = tools.toSorted((a, b) => share(b) - share(a))
  if (best === undefined || share(best) < LEAST_SHARE) throw new Stuck(`no tool for: ${wanted}`)
  return best
}

/** Without the s of a plural. */
const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[a-z]+/g) ?? []).map((word) => word.replace(/s$/, ''))

/** The arguments that tell the facts. Throws {@link Stuck} where no argument is meant for one, or one that must be given stays open. */
export function argumentsFor(tool: ToolText, facts: Facts): Record<string, unknown> {
  const { properties = {}, required = [] } = tool.inputSchema
  const args: Record<string, unknown> = {}
  for (const [fact, value] of Object.entries(facts)) {
    const { type, says } = MEANT[fact as keyof Facts]
    const found = Object.entries(properties).find(
      ([name, one]) =>
        one.type === type && !(name in args) && says.test(`${name.replaceAll('_', ' ')}: ${one.description}`),
    )
    if (found === undefined) throw new Stuck(`${tool.name} has no argument for ${fact}`)
    args[found[0]] = value
  }
  const open = required.filter((name) => !(name in args))
  if (open.length > 0) throw new Stuck(`${tool.name} wants ${open.join(', ')}`)
  return args
}
