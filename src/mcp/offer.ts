import type { Verb as Request } from '../backends/backend.ts'
import { type Price, priceAt } from '../backends/prices.ts'
import { type BackendId, backendOf } from '../backends/table.ts'
import type { Step } from '../frame/answer.ts'
import type { Flag, Flags } from '../frame/flag.ts'
import { notesOf } from '../frame/print.ts'
import { agentText, withErr } from '../frame/print-agent.ts'
import { readFlags, type ToolOf, type Verb } from '../frame/verb.ts'
import type { Profile } from '../settings/profile.ts'
import { ABOUT_DATA } from '../trace/render/data-block.ts'
import { criticalPath, spanDetails } from '../verbs/trace-tools.ts'
import { inWordsOf } from './arguments.ts'
import type { AnswerTool, Argument, Tool } from './tool.ts'

/** Facts about the tools here that need no request. */
export interface Offer {
  /** Undefined: the back end is unknown. */
  readonly backend: BackendId | undefined
  /** A person allows what is paid for (`--snapshot`). */
  readonly paid: boolean
}

/** A tool, and whether a call of it may spend something. */
export interface OfferedTool extends Tool {
  readonly spends: boolean
}

/** The tools for an agent that reads as this profile. */
export const offerOf = (
  { backend, isBackendKnown }: Pick<Profile, 'backend' | 'isBackendKnown'>,
  paid: boolean,
): Offer => ({
  backend: isBackendKnown ? backend : undefined,
  paid,
})

/** The tools, each with what its back end cannot do or what a call costs there. */
export const toolsFor = async (offer: Offer, commands: Commands): Promise<readonly OfferedTool[]> =>
  (await allTools(commands)).map((tool) => ({
    ...tool,
    description: [tool.description, ...limitOf(tool, offer)].join(' '),
    spends: offer.paid && priceOf(tool.verb, offer) !== undefined,
  }))

function limitOf({ verb }: Tool, offer: Offer): string[] {
  if (verb === undefined || offer.backend === undefined) return []
  const { name, capabilities } = backendOf(offer.backend)
  const can = capabilities[verb]
  if (can !== true) return [`Not here: ${name} cannot, as ${can.why}.`]
  const price = priceOf(verb, offer)
  return price === undefined ? [] : [offer.paid ? price.cost : price.without]
}

const priceOf = (verb: Request | undefined, { backend }: Offer): Price | undefined =>
  verb && backend && priceAt(backend, verb)

/** What the client tells the model of the server. */
export function instructionsFor(offer: Offer): string {
  const canSearch = offer.paid || priceOf('search', offer) === undefined
  const begin = canSearch ? 'search_traces or get_trace' : 'get_trace'
  return `Reads distributed traces as the person who is signed in with ls-auth; every call is logged under that person's name. \
Begin with ${begin}. Each answer is bounded and says how to get more. ${ABOUT_DATA}`
}

/** One command of the command line: the word and its arguments, and its verb. */
interface Command {
  readonly usage: string
  // biome-ignore lint/suspicious/noExplicitAny: a verb of any flags
  readonly verb: () => Promise<Verb<any>>
}

/** All of them, and groups of them. */
export type Commands = readonly (Command | { readonly usage: string; readonly rows: readonly Command[] })[]

/** Of tools alone: no person types them. */
const UNTYPED: Commands = [
  {
    usage: 'get_span_details',
    verb: async () => spanDetails,
  },
  {
    usage: 'get_critical_path',
    verb: async () => criticalPath,
  },
]

/** The tools that verbs declare, in the order of the commands. */
export async function allTools(commands: Commands): Promise<readonly Tool[]> {
  const all = () => allTools(commands)
  const tools = async ({ usage, verb }: Command, group = ''): Promise<readonly Tool[]> =>
    toolsOf(`${group}${usage.split(' ', 1)}`, await verb(), all)
  const found = [...commands, ...UNTYPED].flatMap((one) =>
    'rows' in one ? one.rows.map((row) => tools(row, `${one.usage} `)) : [tools(one)],
  )
  return (await Promise.all(found)).flat()
}

/** The tools that there are, for the steps of an answer. */
type All = () => Promise<readonly Tool[]>

/** The tools of a verb; `line`: the words that a person types for it. */
const toolsOf = (line: string, verb: Verb, all: All): readonly Tool[] =>
  (verb.tools ?? []).map((tool) => toolOf(line, verb, tool, all))

function toolOf(line: string, verb: Verb, tool: ToolOf<Flags>, all: All): Tool {
  const { name, title, description, asks, takes } = tool
  const args = takes.map((one) => argumentOf(one, verb.flags[one] as Flag<unknown>, tool))
  return {
    name,
    title,
    description,
    line,
    ...(asks && { verb: asks }),
    arguments: args,
    load: async () => answerOf(verb, tool, (text) => inWordsOf({ arguments: args }, text), all),
  }
}

function argumentOf(name: string, flag: Flag<unknown>, { required, most }: ToolOf<Flags>): Argument {
  const { help, takes, repeats, counts, choices, argument: place } = flag
  const plain = takes === undefined ? 'boolean' : 'string'
  const largest = most?.[name]
  return {
    name: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    type: repeats ? 'strings' : counts ? 'integer' : plain,
    description: choices === undefined ? help : `${help}: ${choices.join(', ')}`,
    flag: name,
    ...(place !== undefined && { place }),
    ...(required?.includes(name) && { isRequired: true as const }),
    ...(largest !== undefined && { most: largest }),
  }
}

const answerOf =
  (verb: Verb, { usual }: ToolOf<Flags>, inItsWords: (text: string) => string, all: All): AnswerTool =>
  async (invocation, _, given) => {
    const typed = { ...usual, ...given }
    const args = Object.entries(verb.flags).flatMap(([name, { argument }]) =>
      argument === undefined || typed[name] === undefined ? [] : [String(typed[name])],
    )
    const remarks: string[] = []
    const options = { ...invocation.options, quiet: undefined, ...typed }
    const own = withErr({ ...invocation, args, options }, (text) =>
      remarks.push(...text.split('\n').filter((line) => line !== '')),
    )
    const now = invocation.ports.clock.now()
    const answer = await verb.run(own, readFlags(verb.flags, typed, args, now), 'agent', now)
    const tools = await all()
    if (answer === undefined) return ''
    const notes = notesOf(answer).map((note) => ({ ...note, text: inItsWords(note.text) }))
    return agentText({ ...answer, notes }, remarks, (step) => callOf(step, typed, tools))
  }

/** A step as a call: `search_traces {"service":"shop"}`. Undefined: no tool does it, or not so much. */
function callOf(
  { verb, args = [], flags, keeps = [] }: Step,
  typed: Readonly<Record<string, unknown>>,
  tools: readonly Tool[],
): string | undefined {
  const tool = tools.find(({ line }) => line === verb)
  if (tool === undefined) return undefined
  const kept = keeps === 'all' ? typed : Object.fromEntries(keeps.map((name) => [name, typed[name]]))
  const meant: Record<string, unknown> = { ...kept, ...flags }
  const call = tool.arguments.flatMap(({ name, flag = '', place, type }) => {
    const value = (place === undefined ? undefined : args[place]) ?? meant[flag]
    return value === undefined ? [] : [[name, type === 'integer' ? Number(value) : value] as const]
  })
  if (tool.arguments.some(({ flag = '', most = Infinity }) => Number(meant[flag]) > most)) return undefined
  return `${tool.name} ${JSON.stringify(Object.fromEntries(call))}`
}
