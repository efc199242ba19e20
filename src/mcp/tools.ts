import type { Step } from '../frame/answer.ts'
import type { Flag, Flags } from '../frame/flag.ts'
import { notesOf } from '../frame/print.ts'
import { agentText, withErr } from '../frame/print-agent.ts'
import { readFlags, type ToolOf, type Verb } from '../frame/verb.ts'
import { MOST_ROWS } from '../trace/render/agent/limits.ts'
import { inWordsOf } from './arguments.ts'
import type { AnswerTool, Argument, Tool } from './tool.ts'
import { DETAILS, PATH, TRACE_ID } from './tool-arguments.ts'

/** Tools of commands that are no verbs yet. */
const TOOLS: readonly Tool[] = [
  {
    name: 'whoami',
    title: 'Who is signed in',
    description:
      'As whom these tools read traces, until when, and what that person may read. Every call is logged under this name.',
    arguments: [],
    load: async () => (await import('./answers/whoami.ts')).whoamiAnswer,
  },
  {
    name: 'get_trace',
    line: 'trace get',
    title: 'Read one trace',
    verb: 'trace',
    description:
      'One trace as text of at most 16 kB: where errors began (first those that reached the top), the slowest spans, repeated calls (N+1), the critical path, then the tree with repeated siblings folded into one row. Each row begins with a span id. Begin here; it says what was left out and how to ask for it.',
    arguments: [
      TRACE_ID,
      {
        name: 'span',
        type: 'string',
        description: 'Only this span, whole, and the tree below it.',
        flag: 'span',
      },
      {
        name: 'error',
        type: 'boolean',
        description: 'Only failed spans, and those above them.',
        flag: 'error',
      },
      { name: 'service', type: 'string', description: 'Only spans of this service.', flag: 'service' },
      {
        name: 'min',
        type: 'string',
        description: 'Only spans that took at least this long: 5ms, 1.5s.',
        flag: 'min',
      },
      {
        name: 'depth',
        type: 'integer',
        description: 'Only so many levels of the tree, from the top.',
        flag: 'depth',
      },
      {
        name: 'limit',
        type: 'integer',
        description: 'Rows at most; 100 when not given.',
        most: MOST_ROWS,
      },
    ],
    load: async () => (await import('./answers/get-trace.ts')).traceAnswer,
  },
  {
    name: 'get_span_details',
    title: 'Read spans whole',
    verb: 'trace',
    description:
      'Up to 20 spans of one trace with all that is known of them: status, times, the way from the root, exception with stack, attributes, events, links, resource. At most 64 kB; what looks like a secret or like personal data is masked.',
    arguments: [
      TRACE_ID,
      {
        name: 'spans',
        type: 'strings',
        description: 'The ids of the spans: the rows of get_trace begin with them.',
        isRequired: true,
        most: DETAILS.most,
      },
    ],
    load: async () => (await import('./answers/get-span-details.ts')).spanDetailsAnswer,
  },
  {
    name: 'get_critical_path',
    title: 'What the answer waited for',
    verb: 'trace',
    description:
      'The critical path of one trace: the spans that the answer waited for, in order of time, each with the time it took of it and its share. A span that is not in it could be removed and the answer would be no faster. At most 16 kB.',
    arguments: [
      TRACE_ID,
      {
        name: 'limit',
        type: 'integer',
        description: `Spans at most, those that took longest; ${PATH.usual} when not given.`,
        most: PATH.most,
      },
    ],
    load: async () => (await import('./answers/get-critical-path.ts')).criticalPathAnswer,
  },
]

/** The verbs that have tools. */
const VERBS: readonly (readonly [line: string, load: () => Promise<Verb>])[] = [
  ['trace search', async () => (await import('../verbs/trace-search.ts')).traceSearch],
  ['trace diff', async () => (await import('../verbs/trace-diff.ts')).traceDiff],
  ['trace why', async () => (await import('../verbs/trace-why.ts')).traceWhy],
  ['services', async () => (await import('../verbs/services.ts')).services],
  ['attributes', async () => (await import('../verbs/attributes.ts')).attributes],
  ['trace breakdown', async () => (await import('../verbs/trace-breakdown.ts')).traceBreakdown],
]

/** What an agent can call, in the order it is told. */
export const allTools = async (): Promise<readonly Tool[]> => [
  ...TOOLS,
  ...(await Promise.all(VERBS.map(async ([line, load]) => toolsOf(line, await load(), allTools)))).flat(),
]

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
    const said: string[] = []
    const options = { ...invocation.options, quiet: undefined, ...typed }
    const own = withErr({ ...invocation, args, options }, (text) =>
      said.push(...text.split('\n').filter((line) => line !== '')),
    )
    const now = invocation.ports.clock.now()
    const answer = await verb.run(own, readFlags(verb.flags, typed, args, now), 'agent', now)
    const tools = await all()
    const notes = notesOf(answer).map((note) => ({ ...note, text: inItsWords(note.text) }))
    return agentText({ ...answer, notes }, said, (step) => callOf(step, typed, tools))
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
