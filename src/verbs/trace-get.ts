import type { Invocation } from '../commands/invocation.ts'
import { findTrace, readTraceArgument, readTraceId } from '../commands/trace/find-trace.ts'
import { MASKED } from '../commands/trace/masked.ts'
import { endsFirst, parseRfc3339, readTimeFromNow, withZone } from '../commands/trace/time-range.ts'
import { Failure } from '../errors.ts'
import { type Answer, type Note, noteOf, type Step } from '../frame/answer.ts'
import {
  bool,
  choice,
  type Flags,
  nanos,
  readCount,
  repeated,
  text,
  type ValuesOf,
  value,
} from '../frame/flag.ts'
import { stepLine } from '../frame/print.ts'
import { ASKS_API, readFlags, verb } from '../frame/verb.ts'
import { typedFlag } from '../settings/setting-key.ts'
import { count, grouped } from '../text/count.ts'
import { safeText } from '../text/safe-text.ts'
import { readConditions } from '../trace/attributes.ts'
import { isoTime } from '../trace/formats/span-times.ts'
import { isDrawn, TRACE_FORMATS, type TraceFormat } from '../trace/formats/trace-formats.ts'
import { spanIdIn } from '../trace/id.ts'
import { maskTrace } from '../trace/masking.ts'
import type { Trace } from '../trace/model.ts'
import { parseNanos } from '../trace/nanos.ts'
import { timeWindow, zeroOf } from '../trace/render/window.ts'
import { type Selection, subtree } from '../trace/select.ts'
import { withheldNote } from '../trace/span-view.ts'
import { buildTree, type TraceTree } from '../trace/tree/trace-tree.ts'
import { backendFlags, scale, sensitiveFlag } from './flags.ts'
import { isPicked, OF_SEARCH, pickFlags } from './search-flags.ts'
import { dataOf } from './trace-data.ts'
import type { Asked, Picture } from './trace-drawing.ts'
import { drawn } from './trace-drawing.ts'

const ownFlags = {
  id: value(
    '<id>',
    'the trace id from search_traces, a traceparent or the address of its page',
    readTraceArgument,
    { argument: 0 },
  ),
  output: choice('<format>', 'output format', TRACE_FORMATS, { short: 'o' }),
  error: bool('only failed spans, and those above them', { alias: 'errors', short: 'e' }),
  service: text('<name>', 'only spans of this service', { short: 's' }),
  attr: repeated('<key=value>', 'only spans with key=value; also !=, >=, =~ (repeatable)', readConditions),
  min: nanos('only spans of at least this duration (5ms)'),
  depth: value('<levels>', 'only the top levels of the tree', (levels, name) => readCount(levels, name), {
    counts: true,
  }),
  span: value('<id>', 'all details of this span, and the spans below it', readSpanId),
  details: bool('all details of every span shown'),
  showIds: bool('show span ids'),
  full: bool('show long values, stacks and lists in full'),
  from: value('<time>', 'start: an offset (120ms), now-1h, or RFC 3339', readMoment),
  to: value('<time>', 'end, in the same form', readMoment),
  trace: value('<id>', 'trace to use from a file with several', readTraceId),
  unfold: bool('show every span instead of folding repeated siblings'),
  scale,
  skew: bool('move spans of wrong clocks into their parents'),
  bars: bool('show the tree without bars', { no: true }),
  web: bool("print the address of the trace's page, and open it in the browser"),
  ids: text('<file>', 'fetch many: a file with one id per line (- for stdin)'),
  resume: text('<file>', 'with --ids: a file to write, and to continue'),
  plain: bool('indented text for screen readers and grep'),
  ...backendFlags,
  ...sensitiveFlag,
} as const satisfies Flags
const flags = { ...pickFlags, ...ownFlags }

type GetFlags = ValuesOf<typeof ownFlags>

/** Flags that go with `--ids`; the others choose spans of one trace, or draw it. */
const BESIDE_IDS = ['id', 'ids', 'resume', 'output', ...Object.keys({ ...backendFlags, ...sensitiveFlag })]
/** Flags that go with `--web`. */
const BESIDE_WEB = ['id', 'web', ...Object.keys(backendFlags)]

/** `ls-auth trace get ID|FILE|-`, or many with `--ids`: one trace from the profile's back end or a file, drawn or as data. */
export const traceGet = verb({
  args: '[id]',
  summary:
    'show one trace; [id] is a trace or span id, a traceparent, the address of a trace page, a file, or -',
  ...ASKS_API,
  flags,
  formats: TRACE_FORMATS,
  completes: ['files'],
  examples: [
    {
      does: 'the newest failed request of a service',
      line: 'ls-auth trace get --error-latest --service checkout',
    },
    {
      does: 'many traces, one per line; run it again to resume',
      line: 'ls-auth trace get --ids ids.txt -o otlp --resume traces.ndjson',
    },
  ],
  tools: [
    {
      name: 'get_trace',
      title: 'Read one trace',
      asks: 'trace',
      description:
        'One trace as text of at most 16 kB, each row with a span id. It shows where errors began, the slowest spans, repeated calls (N+1), the critical path, and the tree with repeated siblings folded. Begin here. It names what it omits; get that with span, error, service, min and depth.',
      takes: ['id', 'span', 'error', 'service', 'attr', 'min', 'depth', 'from', 'to'],
      required: ['id'],
    },
  ],
  async run(invocation, typed, format, now): Promise<Answer | undefined> {
    const { options } = invocation
    if (typed.ids !== undefined || typed.resume !== undefined) {
      const { readBatch, runBatch } = await import('../commands/trace/batch/batch.ts')
      const others = Object.keys(flags).filter((name) => isTyped(options, name) && !BESIDE_IDS.includes(name))
      return void (await runBatch(invocation, readBatch(invocation, others.map(flagOf))))
    }
    refuseUseless(options, format as TraceFormat)
    const isChosen = isPicked(options, Object.keys(ownFlags))
    if (typed.web) refuseBesideWeb(options, isChosen ? OF_SEARCH : [])
    if (isChosen) {
      const picked = await (await import('./pick.ts')).withPicked(invocation, Object.keys(ownFlags), now)
      return traceGet.run(picked, readFlags(flags, picked.options, picked.args, now), format, now)
    }
    const { id, trace: wanted, span, service, showSensitive, from, to } = typed
    if (id === undefined)
      throw new Failure('usage', 'missing trace id', {
        hint: 'Use an id or a file: ls-auth trace get ID. For many traces: --ids FILE',
      })
    const kind = format as TraceFormat
    if (from && to && isBefore(to, from)) throw endsFirst()
    const found = await findTrace(invocation, id, wanted)
    if (typed.web) return void (await (await import('./trace-page.ts')).showPage(invocation, found))
    const shown = showSensitive ? { trace: found.trace, masked: () => 0 } : maskTrace(found.trace)
    const isData = !isDrawn(kind)
    const whole = await withClocks(buildTree(shown.trace, { asReported: isData }), typed.skew)
    const picture = partOf(invocation, whole, typed, isData)
    const { tree, focus } = picture
    if (service !== undefined)
      (await import('../commands/trace/found/none-found.ts')).requireService(tree, service, span)
    const zoom = await zoomOf(tree, typed)
    const asked = { typed, says: saysOf(options), zoom, selection: { ...selectionOf(typed), ...zoom } }
    const output = isData
      ? await dataOf(kind, tree, asked)
      : await drawn(invocation, kind, picture, asked, found)
    const { partial } = shown.trace
    // The notes below the rows say it, and a span alone has none.
    const hasNotes = !isData && !(focus && tree.count === 1)
    const isPart = partial !== undefined && (kind === 'agent' || (!hasNotes && kind !== 'json'))
    // Rows alone show no attributes: to draw them values are read, and masked, that they do not show.
    const hasValues = isData || kind === 'html' || focus !== undefined || typed.details
    const before = [
      focus && (isData || isGraphic(kind)) ? onlySpan(tree, whole.tree, focus.node) : undefined,
      ...output.notes,
      isPart ? { ...PARTIAL, forPerson: `: ${safeText(partial, 300)}` } : undefined,
      noteOf('withheld', withheldNote(tree.trace.spans, focus?.tree.span(focus.node))),
    ]
    return {
      ...output,
      // Values are masked when they are written.
      get notes() {
        const isMasked = hasValues || output.hasMaskedPart?.() === true
        return [...before, isMasked && shown.masked() > 0 ? MASKED : undefined]
      },
    }
  },
})

/** Of a trace that the back end gave in part. */
export const PARTIAL = { code: 'partial', text: 'incomplete trace' }

/** Formats for a browser: each span is whole, and none of what a terminal has not the room for is left out. */
const isGraphic = (format: TraceFormat): boolean => format === 'html' || format === 'svg'

type Typed = Invocation['options']

const isTyped = (options: Typed, name: string): boolean =>
  name === 'bars' ? options.bars === false : options[name] !== undefined
const flagOf = (name: string): string => (name === 'bars' ? '--no-bars' : typedFlag(name))

/** They change how rows of text are drawn. */
const OF_ROWS = ['plain', 'details', 'showIds', 'full', 'bars']

/** Failure `usage`: a flag would change nothing in this format. */
function refuseUseless(options: Typed, format: TraceFormat): void {
  const [refused, because] = !isDrawn(format)
    ? [['skew', 'scale', ...OF_ROWS], 'writes data']
    : isGraphic(format)
      ? [OF_ROWS, 'has no rows of text']
      : format === 'agent'
        ? [[...OF_ROWS, 'scale', 'unfold'], 'has only one form']
        : [format === 'md' ? ['plain'] : [], 'is for a page']
  const name = refused.find((one) => isTyped(options, one))
  if (name === undefined) return
  throw new Failure('usage', `${flagOf(name)} changes a drawing, but -o ${format} ${because}`, {
    hint: `Drop ${flagOf(name)} or -o.`,
  })
}

/** Failure `usage`: a flag of a drawing, and none is made; `searched`: those that choose the trace. */
function refuseBesideWeb(options: Typed, searched: readonly string[]): void {
  const name = ['json', 'file', ...Object.keys(ownFlags)].find(
    (one) =>
      isTyped(options, one) && !BESIDE_WEB.includes(one) && (one === 'file' || !searched.includes(one)),
  )
  if (name === undefined) return
  throw new Failure('usage', `--web only prints an address, so ${flagOf(name)} has no effect`, {
    hint: `Drop --web or ${flagOf(name)}.`,
  })
}

/** The id of a span in any form. Failure `usage`. */
export function readSpanId(typed: string, flag: string): string {
  const spanId = spanIdIn(typed)
  if (spanId !== undefined) return spanId
  throw new Failure('usage', `${flag}: "${safeText(typed, 60)}" is not a span id`, {
    hint: 'It has 16 hex digits. See the rows of a trace (--show-ids in a terminal).',
  })
}

/** A point in time as a person gives it: after the zero of the axis, or absolute (nanoseconds since the epoch). */
export type Moment = { readonly afterNanos: number } | { readonly epochNanos: bigint }

/** `120ms`, `1m30s`, `0`, or RFC 3339 with up to nine decimals. Failure `usage`, naming the flag. */
export function parseMoment(text: string, flag: string): Moment {
  const trimmed = text.trim()
  if (trimmed === '0') return { afterNanos: 0 }
  // A day alone is none: a trace is a matter of seconds.
  const time = trimmed.length > 10 ? parseRfc3339(trimmed) : undefined
  if (typeof time === 'object') return { epochNanos: BigInt(time.millis) * 1_000_000n + BigInt(time.nanos) }
  if (/^[\d.]+[a-zµμ]/.test(trimmed)) return { afterNanos: parseNanos(trimmed, flag) }
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a time in a trace`, {
    hint:
      time === 'no-zone'
        ? withZone(trimmed)
        : 'Write an offset from its start like 120ms, or a time like 2026-11-24T10:00:00.120Z.',
  })
}

/** The moment in nanoseconds after the tree's start; `startNanos` is that start, `zeroNanos` the zero of the axis. */
export function placeMoment(moment: Moment, startNanos: bigint, zeroNanos: number): number {
  if ('afterNanos' in moment) return zeroNanos + moment.afterNanos
  return Number(moment.epochNanos - startNanos)
}

/** A moment of the trace, or one before now. Failure `usage`. */
function readMoment(typed: string, flag: string, now: number): Moment {
  // `-1h` is a time before now; `-5ms` is a slip for an offset.
  if (/^\s*-\s*[\d.].*[nuµμm]s\s*$/.test(typed))
    throw new Failure('usage', `${flag}: "${safeText(typed, 40)}" lies before the trace`, {
      hint: 'An offset counts from its start: 120ms. A time before now is like now-1h.',
    })
  const millis = readTimeFromNow(typed, flag, now)
  return millis === undefined ? parseMoment(typed, flag) : { epochNanos: BigInt(millis) * 1_000_000n }
}

/** Whether both are of one kind, and the first is the earlier. Others are compared when the trace has come. */
function isBefore(a: Moment, b: Moment): boolean {
  if ('afterNanos' in a) return 'afterNanos' in b && a.afterNanos < b.afterNanos
  return 'epochNanos' in b && a.epochNanos < b.epochNanos
}

const selectionOf = ({ error, service, min, depth, attr }: GetFlags): Selection => ({
  ...(error && { errors: true }),
  ...(service !== undefined && { service }),
  ...(min !== undefined && { minNanos: min }),
  ...(depth !== undefined && { depth }),
  ...(attr.length > 0 && { attributes: attr }),
})

/** The typed flags that select spans. */
function saysOf(options: Typed): string | undefined {
  const words = ['service', 'min', 'depth', 'from', 'to'].flatMap((flag) =>
    options[flag] === undefined ? [] : [`--${flag} ${safeText(String(options[flag]), 40)}`],
  )
  if (options.error === true) words.unshift('--error')
  for (const pair of (options.attr ?? []) as string[]) words.push(`--attr ${safeText(pair, 60)}`)
  return words.length > 0 ? words.join(' ') : undefined
}

/** The whole tree, with `--skew` after correction for clock skew. */
async function withClocks(tree: TraceTree, skew: boolean): Promise<Picture> {
  if (!skew) return { tree, clocks: undefined }
  const { adjustSkew } = await import('../trace/tree/skew.ts')
  const adjusted = adjustSkew(tree)
  return { tree: adjusted.moved === 0 ? tree : buildTree(adjusted.trace), clocks: adjusted }
}

/** With `--span` the tree below that span; in a drawing as a root. Failure `not-found`. */
function partOf(
  invocation: Invocation,
  whole: Picture,
  { span, scale = 'linear' }: GetFlags,
  isData: boolean,
): Picture {
  if (span === undefined) return whole
  const part = subtree(whole.tree, span, !isData)
  if (part === undefined) throw noSpan(invocation, span, whole.tree.trace)
  const tree = buildTree(part.trace, { asReported: isData })
  return { ...whole, tree, focus: { tree: whole.tree, node: part.top, scale } }
}

/** Fewer digits fit too many spans to say one of them. */
const LEAST_DIGITS = 4
/** Zeros that were put before an id that was cut off; one in 65,536 ids has as many of its own. */
const ZEROS = /^0{4,}/

/** Failure `not-found`: no span has these ids. Those of a part of a trace may have been cut away. */
export const missingSpans = (
  spanIds: readonly string[],
  { traceId, partial }: Pick<Trace, 'traceId' | 'partial'>,
  hint = 'The rows of get_trace begin with the ids of its spans.',
): Failure =>
  new Failure(
    'not-found',
    `${partial === undefined ? `trace ${traceId}` : 'the part of the trace that is here'} has no span ${spanIds.join(', ')}`,
    { hint },
  )

/** Flags that choose spans: another choice takes their place. */
const NO_CHOICE = Object.fromEntries(
  ['error', 'service', 'attr', 'min', 'depth', 'from', 'to', 'details', 'span'].map((flag) => [
    flag,
    undefined,
  ]),
)

/** The line that shows the one span that begins with what was typed, or the ids of all. */
function noSpan(invocation: Invocation, spanId: string, trace: Trace): Failure {
  const typed = spanId.replace(ZEROS, '')
  const near = typed.length < LEAST_DIGITS ? [] : trace.spans.filter((one) => one.spanId.startsWith(typed))
  const [only, ...others] = near
  const line = (flags: Step['flags']) =>
    stepLine(invocation, { verb: 'trace get', args: invocation.args, keeps: 'all', ...(flags && { flags }) })
  if (invocation.caller) return missingSpans([typed], trace)
  return only !== undefined && others.length === 0
    ? missingSpans([typed], trace, `Did you mean: ${line({ span: only.spanId })}`)
    : missingSpans(
        [typed],
        trace,
        `The ids of its spans: ${line({ ...NO_CHOICE, unfold: true, showIds: true })}`,
      )
}

/** `--from` and `--to` in nanoseconds after the tree's start. Failure `usage`: outside of the trace. */
async function zoomOf(tree: TraceTree, { from, to, scale }: GetFlags): Promise<Asked['zoom']> {
  if (!from && !to) return {}
  const zero = zeroOf(timeWindow(tree, scale))
  const place = (moment: Moment) => placeMoment(moment, tree.startNanos, zero)
  const zoom = { ...(from && { fromNanos: place(from) }), ...(to && { toNanos: place(to) }) }
  const { fromNanos = 0, toNanos = tree.endNanos } = zoom
  if (fromNanos > tree.endNanos || toNanos < 0 || (fromNanos >= toNanos && tree.endNanos > 0)) {
    throw new Failure('usage', 'the trace has no spans between --from and --to', {
      ...(tree.isTimed && {
        hint: `It runs from ${isoTime(tree.startNanos)} to ${isoTime(tree.startNanos + BigInt(tree.endNanos))}.`,
      }),
    })
  }
  return zoom
}

function onlySpan(tree: TraceTree, whole: TraceTree, node: number): Note | undefined {
  const spans = `${grouped(tree.count)} of ${count(whole.count, 'span')}`
  return noteOf('only-span', `only span ${whole.span(node).spanId} and below, ${spans}`)
}
