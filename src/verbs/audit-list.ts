import { readRecord } from '../audit/read-record.ts'
import type { AuditEntry } from '../audit/record.ts'
import { globals } from '../commands/invocation.ts'
import { readTraceId } from '../commands/trace/find-trace.ts'
import { drawnBlock, noteOf, type Pen } from '../frame/answer.ts'
import { count, duration, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { placesFor } from '../settings/files/places.ts'
import { safeText } from '../text/safe-text.ts'
import { cutOffHint } from '../trace/id.ts'
import { type ListColumn, listTable, NOTHING, withoutScheme } from './list-table.ts'

/** `ls-auth audit list`: the record of this machine, oldest first. A convenience; the gateway's log is the record. */
export const auditList = verb({
  summary: 'list sign-ins, renewals, tokens, requests and sign-outs, latest last',
  flags: {
    since: duration('how far back to look (default: everything)'),
    limit: count('only the newest (50 for audit alone)', undefined, { short: 'n' }),
    trace: value(
      '<id>',
      'only requests for this trace or one of its spans, or with its traceparent',
      (typed) => readTraceId(typed),
    ),
  },
  formats: ['table', 'json', 'ndjson'],
  exits: [6],
  examples: [
    { does: 'the last hour', line: 'ls-auth audit list --since 1h' },
    {
      does: 'who read this trace?',
      line: 'ls-auth audit list --trace 4bf92f3577b34da6a3ce929d0e0e4736',
    },
    { does: 'one profile, for a program', line: 'ls-auth audit list --profile work -o ndjson' },
  ],
  async run(
    invocation,
    { since = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY, trace },
    _,
    now,
  ) {
    const { env, files } = invocation.ports
    const { entries, damaged } = await readRecord(placesFor(env).stateDirectory, await files())
    // Not that of LS_AUTH_PROFILE: who asks what was done means all of it.
    const { profile } = globals(invocation)
    const about = trace?.traceId === undefined ? entries : entriesOfTrace(entries, trace.traceId)
    const rows = about
      .filter(
        (entry) =>
          now - Date.parse(entry.time) <= since * 1000 &&
          (profile === undefined || entry.profile === profile),
      )
      .slice(-limit)
    const known = new Set(entries.flatMap((entry) => entry.profile ?? []))
    const isOther = profile !== undefined && known.size > 0 && !known.has(profile)
    // The table shows the beginning of an id where it has no room for more.
    const hint = trace && (cutOffHint(trace) ?? IN_THE_GATEWAY)
    const none = isOther
      ? `no entries for the profile ${safeText(profile, 60)}; profiles in the record: ${[...known].map((name) => safeText(name, 60)).join(', ')}`
      : `no entries match${hint ? `. ${hint}` : ''}`
    return {
      data: { rows, row: (row: AuditEntry) => row, whole: (all) => all },
      blocks: rows.length === 0 ? [] : [drawnBlock((pen) => listTable(rows, columnsFor(rows, pen), pen))],
      notes: [
        noteOf(
          'damaged-lines',
          damaged > 0 && `${damaged} damaged ${damaged === 1 ? 'line was' : 'lines were'} skipped`,
        ),
        noteOf('none', rows.length === 0 && none),
      ],
    }
  },
})

/** A search, and the body of a request, may name a trace, too; neither is in the record. */
const IN_THE_GATEWAY =
  "Only the gateway's log has requests with the trace in a search or body, and those of other machines."

const COLUMNS: readonly (ListColumn<AuditEntry> & { readonly where?: 'differs' | 'filled' })[] = [
  { head: 'TIME', cell: ({ time }) => time.replace(/\.\d+Z$/, 'Z') },
  { head: 'WHO', cell: ({ sub }) => sub ?? NOTHING, least: 8 },
  {
    head: 'WHAT',
    cell: ({ event, method, path }) => (event === 'request' ? `${method} ${path}` : event),
    least: 14,
    // The end of a path says more than its beginning, which is that of every request.
    isCutInside: true,
  },
  {
    head: 'STATUS',
    cell: ({ status, event }) => String(status ?? (event === 'request' ? 'no answer' : NOTHING)),
  },
  {
    head: 'TRACE',
    cell: ({ trace_id, span_id }) => trace_id ?? (span_id === null ? NOTHING : `of span ${span_id}`),
    least: 10,
    // A cut id can be recognized, but not typed.
    isCutLast: true,
    where: 'filled',
  },
  { head: 'REASON', cell: ({ reason }) => reason ?? NOTHING, least: 10, where: 'filled' },
  { head: 'API', cell: ({ api }) => withoutScheme(api ?? NOTHING), least: 12, where: 'differs' },
  { head: 'PLACE', cell: ({ place }) => place ?? NOTHING, least: 6, where: 'differs' },
  { head: 'WAY', cell: ({ way }) => way },
  { head: 'PROFILE', cell: ({ profile }) => profile ?? NOTHING },
]

/** API and place where the rows differ in it; on a terminal trace and reason where any row has one. */
const columnsFor = (rows: readonly AuditEntry[], { isPipe }: Pen): ListColumn<AuditEntry>[] =>
  COLUMNS.filter(({ where, cell }) => {
    const values = new Set(rows.map(cell).filter((one) => one !== NOTHING))
    return where === 'differs' ? values.size > 1 : where !== 'filled' || isPipe || values.size > 0
  })

/**
 * The entries of requests that read a trace, asked for it by one of its spans, or are a part of it. `id`: of the trace, or of
 * one of its spans. Where ls-auth asked through a local proxy of its own, one entry knows the trace and the other the person.
 * So the entry of the proxy is among them, too.
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
