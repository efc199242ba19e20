import { readRecord } from '../../audit/read-record.ts'
import type { AuditEntry } from '../../audit/record.ts'
import type { Terminal } from '../../ports/terminal.ts'
import { placesFor } from '../../settings/files/places.ts'
import { widest } from '../../text/display-width.ts'
import { safeText } from '../../text/safe-text.ts'
import type { RecordFormat } from '../../trace/formats/output-choices.ts'
import type { TraceReference } from '../../trace/id.ts'
import { cutOffHint } from '../../trace/id-forms.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { globals, type Invocation, tell } from '../invocation.ts'
import {
  type Cut,
  type FittedTable,
  tableLines,
  tellLeftOut,
  totalWidth,
  withoutScheme,
} from '../status/text-table.ts'
import { printData, readFormat } from '../trace/print-rows.ts'
import { readTraceId } from '../trace/trace-argument.ts'
import { unitDurationFlag } from '../typed-flags.ts'

/** A column of the record. `least`: columns of the terminal that it takes where room is short; without it, all of its own. */
interface Column {
  readonly head: string
  readonly least?: number
  readonly cut?: Cut
  /** It is shown where the rows differ in it. */
  readonly ofDifference?: true
}

const COLUMNS: readonly Column[] = [
  { head: 'TIME' },
  { head: 'WHO', least: 8 },
  // The end of a path says more than its beginning, which is that of every request.
  { head: 'WHAT', least: 14, cut: 'inside' },
  { head: 'STATUS' },
  { head: 'TRACE', least: 10 },
  { head: 'REASON', least: 10 },
  { head: 'API', least: 12, ofDifference: true },
  { head: 'PLACE', least: 6, ofDifference: true },
  { head: 'WAY' },
  { head: 'PROFILE' },
]

/** A trace id is cut last: what is left of it can be seen again, and no longer typed. */
const CUT_IN_TURN: readonly (readonly string[])[] = [['WHAT', 'REASON', 'API', 'PLACE'], ['WHO'], ['TRACE']]
/** When, who, what, and with what answer. */
const ALWAYS = 4

/**
 * The record as lines, its heads first, and the heads of the columns that a terminal had no room for. Where it has none for all,
 * columns that say nothing in any row go first and are not told; then cells are cut before a column is left out. What is no
 * terminal has no width: there every value is whole, for grep and cut.
 */
function auditTable(
  rows: readonly (readonly string[])[],
  { outIsTTY, columns, unicode }: Pick<Terminal, 'columns' | 'unicode' | 'outIsTTY'>,
): FittedTable {
  const all = COLUMNS.map((column, i) => ({ ...column, cells: rows.map((row) => row[i] ?? '') })).filter(
    ({ ofDifference, cells }) => !ofDifference || differs(cells),
  )
  const room = outIsTTY ? columns : Number.POSITIVE_INFINITY
  const said = all.filter(({ cells }, i) => i < ALWAYS || cells.some((cell) => cell !== NOTHING))
  return layOut(totalWidth(floorOf(all)) > room ? said : all, room, unicode)
}

/** Lines that say nothing of it, such as those of a sign-in, are no difference. */
const differs = (cells: readonly string[]): boolean =>
  new Set(cells.filter((cell) => cell !== NOTHING)).size > 1

/** In a cell: the entry says nothing of that. */
const NOTHING = '-'

type Filled = Column & { readonly cells: readonly string[] }

function layOut(columns: readonly Filled[], room: number, unicode: boolean): FittedTable {
  const floor = floorOf(columns)
  let shown = columns.length
  while (shown > ALWAYS && totalWidth(floor.slice(0, shown)) > room) shown--
  const widths = columns.slice(0, shown).map(widthOf)
  for (const heads of CUT_IN_TURN) {
    const among = heads.map((head) => columns.findIndex((column) => column.head === head))
    shrink(widths, floor, among, room)
  }
  const lines = [-1, ...(columns[0]?.cells ?? []).keys()].map((row) =>
    columns.map(({ head, cells }) => cells[row] ?? head),
  )
  const cuts = columns.map(({ cut }) => cut)
  return {
    lines: tableLines(lines, widths, unicode, cuts),
    leftOut: columns.slice(shown).map(({ head }) => head),
  }
}

const widthOf = ({ head, cells }: Filled): number => widest([head, ...cells])

const floorOf = (columns: readonly Filled[]): number[] =>
  columns.map((column) => Math.min(widthOf(column), column.least ?? Number.POSITIVE_INFINITY))

/** Makes the widest of these columns narrower, one step at a time, until all fit or none can. */
function shrink(widths: number[], floor: readonly number[], among: readonly number[], columns: number): void {
  const room = (i: number) => (widths[i] ?? 0) > (floor[i] ?? 0)
  while (totalWidth(widths) > columns) {
    const [widest] = among.filter(room).sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    if (widest === undefined) return
    widths[widest] = (widths[widest] ?? 0) - 1
  }
}

/**
 * The entries of requests that read a trace, asked for it by one of its spans, or are a part of it. `id`: of the trace, or of such
 * a span. Where ls-auth asked through a local proxy of its own, the one knows the trace and the other the person, so that the
 * entry of the proxy is among them, too.
 */
function entriesOfTrace(entries: readonly AuditEntry[], id: string): readonly AuditEntry[] {
  const isAbout = readerOf(entries, id)
  const throughProxy = entries.filter((entry) => entry.path?.startsWith(SECRET) && isAbout(entry))
  const asked = new Map(throughProxy.map((entry) => [entry.traceparent, entry]))
  /** A proxy keeps method and `traceparent`, and puts the path below the base of the API. */
  const isPassedOn = ({ method, path, traceparent }: AuditEntry): boolean => {
    const one = traceparent === null ? undefined : asked.get(traceparent)
    return one?.method === method && path?.endsWith((one.path as string).slice(SECRET.length)) === true
  }
  return entries.filter((entry) => isAbout(entry) || isPassedOn(entry))
}

/** How the path of a request to a local proxy begins in the record: without its secret. */
const SECRET = '/…'

/** Whether an entry is about the trace. Not every request that names a span knows its trace: another one may have known it. */
function readerOf(entries: readonly AuditEntry[], id: string): (entry: AuditEntry) => boolean {
  const ofTrace = entries.filter(({ trace_id }) => trace_id !== null && isSame(trace_id, id))
  const spans = new Set([id.padStart(32, '0'), ...ofTrace.map(spanOf)])
  return (entry) =>
    [entry.trace_id, entry.traceparent?.split('-')[1]].some((one) => one && isSame(one, id)) ||
    (entry.span_id !== null && spans.has(spanOf(entry)))
}

const spanOf = ({ span_id }: AuditEntry): string | undefined => span_id?.padStart(32, '0')

/** Some back ends know the low half of an id only. */
function isSame(a: string, b: string): boolean {
  const isHalf = (id: string) => id.length <= 16 || id.startsWith('0'.repeat(16))
  const whole = [a, b].map((id) => id.padStart(32, '0')) as [string, string]
  return isHalf(a) || isHalf(b) ? whole[0].slice(16) === whole[1].slice(16) : whole[0] === whole[1]
}

interface AuditListOptions {
  readonly format: RecordFormat
  /** Milliseconds since the epoch. */
  readonly since: number
  /** With 32 hex digits, or 16: then the low half of an id is compared. */
  readonly trace: TraceReference | undefined
}

/** `ls-auth audit list`: the record of this machine, oldest first. A convenience; the gateway's log is the record. */
export const auditList: CliCommand<AuditListOptions> = { read, run }

function read(typed: Typed): AuditListOptions {
  const { flags, now } = typed
  const seconds = unitDurationFlag(flags, 'since')
  return {
    format: readFormat<RecordFormat>(typed, 'table'),
    since: seconds === undefined ? Number.NEGATIVE_INFINITY : now - seconds * 1000,
    trace: typeof flags.trace === 'string' ? readTraceId(flags.trace) : undefined,
  }
}

async function run(invocation: Invocation, { format, since, trace }: AuditListOptions): Promise<void> {
  const { env, files } = invocation.ports
  const { stateDirectory } = placesFor(env)
  const { entries, damaged } = await readRecord(stateDirectory, await files())
  // Not that of LS_AUTH_PROFILE: who asks what was done means all of it.
  const { profile } = globals(invocation)
  const about = trace?.traceId === undefined ? entries : entriesOfTrace(entries, trace.traceId)
  const rows = about.filter(
    (entry) => Date.parse(entry.time) >= since && (profile === undefined || entry.profile === profile),
  )
  await print(invocation, format, rows)
  if (damaged > 0)
    tell(invocation, `note: ${damaged} damaged ${damaged === 1 ? 'line was' : 'lines were'} skipped`)
  if (rows.length > 0) return
  const known = [...new Set(entries.flatMap((entry) => entry.profile ?? []))]
  if (profile !== undefined && known.length > 0 && !known.includes(profile)) {
    const names = known.map((name) => safeText(name, 60)).join(', ')
    tell(
      invocation,
      `note: no entry is of the profile ${safeText(profile, 60)}; those in the record: ${names}`,
    )
  } else {
    // The table shows the beginning of an id where it has no room for more.
    const hint = trace && (cutOffHint(trace) ?? IN_THE_GATEWAY)
    tell(invocation, `note: there is nothing of that in the record${hint ? `. ${hint}` : ''}`)
  }
}

/** A search, and the body of a request, may name a trace, too; neither is in the record. */
const IN_THE_GATEWAY =
  'Requests that name the trace in a search or a body, and those of other machines, are in the log of the gateway alone.'

async function print(
  invocation: Invocation,
  format: RecordFormat,
  rows: readonly AuditEntry[],
): Promise<void> {
  if (format !== 'table')
    return printData(invocation, format, { rows, toJson: (row) => row, whole: (values) => values })
  if (rows.length === 0) return
  const { terminal } = invocation.ports
  const { lines, leftOut } = auditTable(rows.map(cellsOf), terminal)
  await terminal.page(lines, '\n')
  tellLeftOut(invocation, leftOut, '-o ndjson')
}

/** A cell for each column of audit-table.ts. */
function cellsOf(entry: AuditEntry): string[] {
  const { time, sub, event, method, path, status, trace_id, span_id, reason, api, place, way, profile } =
    entry
  const what = event === 'request' ? `${method} ${path}` : event
  const answer = status ?? (event === 'request' ? 'no answer' : NOTHING)
  return [
    time.replace(/\.\d+Z$/, 'Z'),
    sub ?? NOTHING,
    what,
    answer,
    trace_id ?? (span_id === null ? NOTHING : `of span ${span_id}`),
    reason ?? NOTHING,
    withoutScheme(api ?? NOTHING),
    place ?? NOTHING,
    way,
    profile ?? NOTHING,
  ].map((cell) => safeText(String(cell), 200))
}
