import type { Verb } from '../frame/verb.ts'
import { MOST_ROWS } from '../trace/render/agent/limits.ts'
import type { Argument, Tool } from './tool.ts'
import { DETAILS, PATH, SEARCH_ARGUMENTS, TRACE_ID } from './tool-arguments.ts'
import { toolsOf } from './tool-of.ts'

const side = (name: string, what: string): Argument => ({
  ...TRACE_ID,
  name,
  description: `${what}: its id, a traceparent or the address of its page.`,
})

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
    name: 'search_traces',
    line: 'trace search',
    title: 'Find traces',
    verb: 'search',
    description:
      'Traces with a span that fits all that is given, the latest first: id, duration, spans, errors, start, root. Then get_trace with one of the ids.',
    arguments: SEARCH_ARGUMENTS,
    load: async () => (await import('./answers/search-traces.ts')).searchAnswer,
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
  {
    name: 'diff_traces',
    title: 'Compare two traces',
    verb: 'trace',
    description:
      'What got slower or faster from trace A to trace B: the operations that the difference comes from, by self time, what is new and what is gone, then the merged tree of what changed. Take as A a good request like B. At most 16 kB.',
    arguments: [
      side('a', 'The trace to compare with, such as a usual request'),
      side('b', 'The trace in question'),
    ],
    load: async () => (await import('./answers/diff-traces.ts')).diffAnswer,
  },
]

/** The verbs that have tools. */
const VERBS: readonly (readonly [line: string, load: () => Promise<Verb>])[] = [
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
