import type { Span, SpanEvent } from '../model.ts'
import { isEndless, UNFINISHED_WORDS, whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { attributesToJson, linkToJson } from './otlp/otlp-values.ts'
import { isoTime } from './span-times.ts'

/**
 * Nodes of a tree in the Trace Event Format (JSON object), which Perfetto's page, Chrome and Speedscope open. A process is a
 * service, a complete event (`X`) a span with its attributes as `args`. An unfinished span has the begin alone (`B`), as the
 * format wants it. An instant (`i`) is an event of a span. An arrow (`s` to `f`) is a call into another service or a link
 * within the trace. It leads to another place and not back in time.
 *
 * Times are microseconds after the start of the trace, with nanoseconds as fractions: counted from 1970 a JSON number would
 * lose them. `otherData.start` has that start. Source: "Trace Event Format", Google, 2016.
 */
export function* toTraceEvents(
  tree: TraceTree,
  nodes: readonly number[],
  write: (value: unknown) => string,
): Generator<string> {
  const lanes = planLanes(tree)
  const shown = new Set(nodes)
  yield '{\n"displayTimeUnit": "ns",\n'
  yield `"otherData": ${write({ traceId: tree.trace.traceId, start: tree.isTimed ? isoTime(tree.startNanos) : null })},\n`
  yield '"traceEvents": ['
  let separator = '\n'
  const line = (event: object) => {
    const text = separator + write(event)
    separator = ',\n'
    return text
  }
  const used = new Set(nodes.map((node) => lanes.of(node)))
  for (const event of namesOf(
    tree,
    lanes.all.filter((lane) => used.has(lane)),
  ))
    yield line(event)
  for (const node of nodes) yield line(spanEvent(tree, node, lanes.of(node)))
  for (const node of nodes) {
    for (const event of tree.span(node).events) yield line(instantEvent(tree, node, event, lanes.of(node)))
  }
  let arrows = 0
  for (const [from, to] of arrowsAmong(tree, nodes, shown)) {
    const begin = momentIn(tree, from, tree.startOf(to))
    const end = momentIn(tree, to, begin)
    // Perfetto drops what ends before it began, and takes both ends for one span where they meet in a lane.
    if (end < begin || (end === begin && lanes.of(from) === lanes.of(to))) continue
    arrows++
    // A reader knows the two ends for one arrow by `id`, `cat` and `name`.
    const arrow = { name: nameOf(tree, to), cat: 'call', id: arrows }
    yield line({ ph: 's', ...arrow, ...placeIn(lanes.of(from), begin) })
    yield line({ ph: 'f', bp: 'e', ...arrow, ...placeIn(lanes.of(to), end) })
  }
  yield '\n]\n}\n'
}

/** Of a microsecond. Two of them are less than a nanosecond. */
const STEP = 1 / 2048

/**
 * Microseconds in whole steps, less than half a nanosecond off. Readers that add `ts` and `dur` come to exactly the end, so
 * that spans which end at once do so for them. With decimals a span may end a little after its parent: Speedscope then draws
 * that one up to the end of the trace.
 */
const micros = (nanos: number): number => Math.round((Math.round(nanos) * 1e-3) / STEP) * STEP

/** A span that takes no time gets a step, which is less than a nanosecond: Speedscope closes an empty one before it opens it. */
function microsBetween(from: number, to: number): number {
  return Math.max(micros(to) - micros(from), STEP)
}

/** The names of these lanes, and of their processes: an empty one would be drawn as an empty row. */
function* namesOf(tree: TraceTree, lanes: readonly Lane[]): Generator<object> {
  const processes = new Set(lanes.map(({ process }) => process))
  for (const [i, name] of tree.services.texts.entries()) {
    if (processes.has(i + 1)) yield { ph: 'M', name: 'process_name', pid: i + 1, args: { name } }
  }
  const counts = new Map<number, number>()
  for (const { process, id } of lanes) {
    const number = (counts.get(process) ?? 0) + 1
    counts.set(process, number)
    yield { ph: 'M', name: 'thread_name', pid: process, tid: id, args: { name: `lane ${number}` } }
  }
}

function spanEvent(tree: TraceTree, node: number, lane: Lane): object {
  const span = tree.span(node)
  const end = endIn(tree, node)
  const isFinished = end !== Number.POSITIVE_INFINITY
  return {
    ph: isFinished ? 'X' : 'B',
    name: nameOf(tree, node),
    cat: span.status === 'error' ? `${span.kind},error` : span.kind,
    ...placeIn(lane, tree.startOf(node)),
    ...(isFinished && { dur: microsBetween(tree.startOf(node), end) }),
    args: argsOf(span),
  }
}

/** Members of `args` that aren't attributes of the span. */
const OWN = new Set([
  'spanId',
  'parentSpanId',
  'status',
  'statusMessage',
  'unfinished',
  'links',
  'resource',
  'attributes',
])

/** The attributes of a span, and what else there is to tell of it. Attributes with a name of {@link OWN} are in `attributes`. */
function argsOf(span: Span): object {
  const unfinished = isEndless(span) ? whyEndless(span) : undefined
  const alike = span.attributes.filter(([key]) => OWN.has(key))
  return {
    ...attributesToJson(span.attributes.filter(([key]) => !OWN.has(key))),
    ...(alike.length > 0 && { attributes: attributesToJson(alike) }),
    spanId: span.spanId,
    parentSpanId: span.parentId ?? null,
    status: span.status,
    ...(span.statusMessage !== undefined && { statusMessage: span.statusMessage }),
    ...(unfinished !== undefined && { unfinished: UNFINISHED_WORDS[unfinished] }),
    // Not each of them can be an arrow.
    ...(span.links.length > 0 && { links: span.links.map(linkToJson) }),
    resource: attributesToJson(span.resource),
  }
}

function instantEvent(tree: TraceTree, node: number, event: SpanEvent, lane: Lane): object {
  const { timeNanos } = event
  const nanos = timeNanos === undefined ? tree.startOf(node) : Number(timeNanos - tree.startNanos)
  return {
    ph: 'i',
    s: 't',
    name: event.name === '' ? '(no name)' : event.name,
    ...placeIn(lane, momentIn(tree, node, nanos)),
    args: attributesToJson(event.attributes),
  }
}

/** The moment, or the nearest at which the span ran: others would stand beside it. */
function momentIn(tree: TraceTree, node: number, nanos: number): number {
  return Math.min(endIn(tree, node), Math.max(tree.startOf(node), nanos))
}

/** Pairs of nodes: the caller and what it called in another service, and what is linked and what links to it. */
function* arrowsAmong(
  tree: TraceTree,
  nodes: readonly number[],
  shown: ReadonlySet<number>,
): Generator<readonly [from: number, to: number]> {
  const bySpanId = new Map<string, number>()
  for (const node of nodes) bySpanId.set(tree.span(node).spanId, node)
  for (const node of nodes) {
    const parent = tree.parent(node)
    if (shown.has(parent) && tree.services.indexOf(parent) !== tree.services.indexOf(node))
      yield [parent, node]
    for (const { traceId, spanId } of tree.span(node).links) {
      const linked = traceId === tree.trace.traceId ? bySpanId.get(spanId) : undefined
      if (linked !== undefined) yield [linked, node]
    }
  }
}

const nameOf = (tree: TraceTree, node: number): string => tree.span(node).name || '(no name)'

function placeIn({ process, id }: Lane, nanos: number): { pid: number; tid: number; ts: number } {
  return { pid: process, tid: id, ts: micros(nanos) }
}

/** A row of a process in the picture: its spans lie beside or inside each other. Both numbers count from 1. */
interface Lane {
  readonly process: number
  /** Counted through all processes. */
  readonly id: number
}

interface Lanes {
  readonly of: (node: number) => Lane
  readonly all: readonly Lane[]
}

/** When a span ends, as readers draw it: one without a usable end continues for good. Nanoseconds after the tree's start. */
const endIn = (tree: TraceTree, node: number): number =>
  tree.isEndless(node) ? Number.POSITIVE_INFINITY : tree.endOf(node)

/**
 * Puts each span right into its parent where that runs in the same service, lasts as long and has no other child just
 * then; else into a lane of its service that is free, or a new one. So siblings that overlap never share a lane. Behind a span
 * that never ends a lane is never free: a reader would take what comes next for a part of it.
 */
function planLanes(tree: TraceTree): Lanes {
  const byStart = [...tree.spans.keys()].sort(
    (a, b) => tree.startOf(a) - tree.startOf(b) || byNumber(endIn(tree, b), endIn(tree, a)) || a - b,
  )
  const byEnd = [...tree.spans.keys()].sort((a, b) => byNumber(endIn(tree, a), endIn(tree, b)))
  const all: Lane[] = []
  const lanes: Lane[] = new Array(tree.count)
  /** By lane: the nodes that are open, each inside of the one before it. */
  const open: number[][] = []
  /** By process: the lanes in which nothing runs. */
  const free: Lane[][] = tree.services.texts.map(() => [])
  // 1 by node: when it ends, its lane is free.
  const isOuter = new Uint8Array(tree.count)
  let ended = 0

  const freeUntil = (moment: number) => {
    for (; ended < byEnd.length && endIn(tree, byEnd[ended]!) <= moment; ended++) {
      const node = byEnd[ended]!
      if (isOuter[node] === 1) free[lanes[node]!.process - 1]!.push(lanes[node]!)
    }
  }
  const insideParent = (node: number): Lane | undefined => {
    const parent = tree.parent(node)
    if (parent < 0 || tree.services.indexOf(parent) !== tree.services.indexOf(node)) return undefined
    const lane = lanes[parent]
    const nodes = lane && open[lane.id - 1]!
    while (nodes && nodes.length > 0 && endIn(tree, nodes[nodes.length - 1]!) <= tree.startOf(node))
      nodes.pop()
    return nodes?.at(-1) === parent && endIn(tree, parent) >= endIn(tree, node) ? lane : undefined
  }
  for (const node of byStart) {
    freeUntil(tree.startOf(node))
    const index = tree.services.indexOf(node)
    let lane = insideParent(node)
    if (!lane) {
      lane = free[index]!.pop()
      if (!lane) {
        lane = { process: index + 1, id: all.length + 1 }
        all.push(lane)
      }
      open[lane.id - 1] = []
      // A span that takes no time has ended when it begins.
      if (endIn(tree, node) > tree.startOf(node)) isOuter[node] = 1
      else free[index]!.push(lane)
    }
    lanes[node] = lane
    open[lane.id - 1]!.push(node)
  }
  return { of: (node) => lanes[node]!, all }
}

/** Two that never end are equal; their difference would be NaN. */
const byNumber = (a: number, b: number): number => (a === b ? 0 : a - b)
