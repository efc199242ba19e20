import { Failure } from '../../errors.ts'
import { isObject, type JsonObject, jsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import { splitScope, textField } from '../../trace/attributes.ts'
import { hexOrMadeId } from '../../trace/formats/foreign-json.ts'
import { isoTime } from '../../trace/formats/span-times.ts'
import { groupBy } from '../../trace/group.ts'
import type { Trace } from '../../trace/model.ts'
import {
  FILTER_FLAGS,
  isOfWholeTrace,
  latestFirst,
  summariseTrace,
  type TraceFilter,
} from '../../trace/search.ts'
import type { TimeRange } from '../../trace/series.ts'
import type { Place } from '../backend.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from '../trace-ids.ts'
import type { BackendApi, BackendSource, Send } from '../trace-source.ts'
import { tracesInAnswer } from '../traces-in-answer.ts'
import { azure } from './azure.ts'

/** Azure Monitor. Failure `settings`: neither `workspace` nor `app` is set, or both. */
function azureSource({ workspace, app }: Place, send: Send, now: () => number): BackendSource {
  const id = workspace ?? app
  if (id === undefined || (workspace !== undefined && app !== undefined) || /[^\w-]/.test(id))
    throw new Failure('settings', 'Azure Monitor needs the id of one workspace or one app', {
      hint: 'Pass --workspace ID or --app ID, or set LS_AUTH_WORKSPACE.',
    })
  const dialect: Dialect = workspace === undefined ? 'app' : 'workspace'
  const path = `/v1/${dialect === 'app' ? 'apps' : 'workspaces'}/${id}/query`
  const ask = async (query: string, range?: TimeRange, traceId?: string): Promise<Table> => {
    const timespan = range && { timespan: `${iso(range.fromMillis)}/${iso(range.toMillis)}` }
    const body = JSON.stringify({ query, ...timespan })
    const answer = await send({
      method: 'POST',
      path,
      body,
      ...(traceId !== undefined && { reads: () => traceId }),
    })
    if (answer.status === 404) throw noWorkspace()
    return { ...tableIn(answer.status === 204 ? { tables: [] } : answer.json()), maxBytes: answer.maxBytes }
  }
  const lastDay = (): TimeRange => ({ fromMillis: now() - 86_400_000, toMillis: now() })
  return {
    name: azure.name,
    capabilities: azure.capabilities,
    servicesOfTime: true,
    async trace(reference) {
      for (const traceId of traceIdsOf(reference, azure.name)) {
        const trace = traceAmong(
          tracesIn(await ask(wholeTraces(dialect, [traceId]), undefined, traceId)),
          traceId,
          azure.name,
        )
        if (trace) return trace
      }
      throw noSuchTrace(reference, azure.name, 'Check the id and the workspace; the trace may have expired.')
    },
    async search(filter, onPage) {
      const asked = searchFor(dialect, filter)
      const found = await ask(asked, filter)
      const ids = found.rows.flatMap(([traceId]) => (typeof traceId === 'string' ? [traceId] : []))
      const whole = ids.length === 0 ? [] : tracesIn(await ask(wholeTraces(dialect, ids)))
      const traces = latestFirst(whole.map(summariseTrace))
      await onPage?.(traces)
      const notes =
        found.partial === undefined ? [] : [`Azure Monitor gave a part of the answer: ${found.partial}`]
      return { traces, truncated: ids.length >= filter.limit, asked, notes }
    },
    async services(range = lastDay()) {
      const { rows } = await ask(services(dialect), range)
      return rows.flatMap(([name]) => (typeof name === 'string' && name !== '' ? [name] : [])).sort()
    },
    async probe() {
      await ask('print 1')
    },
  }
}

const iso = (millis: number): string => isoTime(BigInt(Math.round(millis)) * 1_000_000n)

const noWorkspace = (): Failure =>
  new Failure('not-found', 'Azure Monitor knows no such workspace or app', {
    hint: 'Check workspace or app in the profile: it is the id (a GUID), not the name.',
  })

/** `{"tables":[{"columns":[{"name"}],"rows":[[…]]}]}`; beside it an error, where only a part was found. */
interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly partial: string | undefined
  readonly maxBytes: number
}

function tableIn(body: unknown): Omit<Table, 'maxBytes'> {
  const { error } = isObject(body) ? body : {}
  // What isn't an answer of Azure Monitor must not read as "nothing found".
  if (!isObject(body) || !Array.isArray(body.tables)) throw noTables()
  const { tables } = body
  const [table] = (tables as unknown[]).filter(isObject)
  const columns = Array.isArray(table?.columns) ? (table.columns as unknown[]) : []
  const rows = Array.isArray(table?.rows) ? (table.rows as unknown[]).filter((row) => Array.isArray(row)) : []
  const partial = isObject(error) ? String(error.message ?? error.code ?? 'it gave no reason') : undefined
  return { columns: columns.map((one) => (isObject(one) ? String(one.name) : '')), rows, partial }
}

const noTables = (): Failure =>
  new Failure('api-failed', 'Azure Monitor did not answer with a table', {
    hint: 'Check that api is the address of Log Analytics or Application Insights.',
  })

type Row = Readonly<Record<Column, string>>

/** Rewrites the rows as OTLP, and reads that. */
function tracesIn(table: Table): Trace[] {
  const rows = table.rows.map(
    (row) => Object.fromEntries(table.columns.map((name, i) => [name, String(row[i] ?? '')])) as Row,
  )
  const isSpan = ({ table: type }: Row) => /^(AppRequests|AppDependencies|request|dependency)$/.test(type)
  const beside = groupBy(
    rows.filter((row) => !isSpan(row)),
    ({ parent }) => parent,
  )
  const resourceSpans = [
    ...groupBy(rows.filter(isSpan), ({ role, instance }) => `${role}\n${instance}`).values(),
  ].map((spans) => ({
    resource: {
      attributes: keyValues({ 'service.name': spans[0]?.role, 'service.instance.id': spans[0]?.instance }),
    },
    scopeSpans: [{ spans: spans.map((row) => spanOf(row, beside.get(row.id) ?? [])) }],
  }))
  if (resourceSpans.length === 0) return []
  const body = Buffer.from(JSON.stringify({ resourceSpans }))
  const cut = rows.length >= MOST_ROWS ? `only ${MOST_ROWS} rows were read` : undefined
  const partial = table.partial ?? cut
  const traces = tracesInAnswer({ body, maxBytes: Math.max(body.length, table.maxBytes) }, azure.name)
  const hasLogs = rows.some(isLog) && { hasLogs: true as const }
  return traces.map((trace) => ({ ...trace, ...(partial !== undefined && { partial }), ...hasLogs }))
}

const keyValues = (values: Readonly<Record<string, string | undefined>>) =>
  Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [{ key, value: { stringValue: value } }],
  )

/** Nanoseconds since the epoch: times have seven digits behind the second, more than a Date holds. */
function nanosOf(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^([^.]*?)(?:\.(\d+))?Z?$/.exec(time) ?? []
  const millis = Date.parse(`${seconds}Z`)
  return Number.isNaN(millis) ? 0n : BigInt(millis) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}

const KINDS: Readonly<Record<string, number>> = { InProc: 1, 'Queue Message': 4 }

function spanOf(row: Row, beside: readonly Row[]): JsonObject {
  const { table, trace, id, parent, name, ms, success, code, kind, url, target, data } = row
  const { '_MS.links': linked, ...properties } = jsonObject(Buffer.from(row.properties)) ?? {}
  const start = nanosOf(row.time)
  const isRequest = /^(AppRequests|request)$/.test(table)
  // Under the old protocol the parent of the first request is the operation itself.
  const hasParent = parent !== '' && parent !== trace
  return {
    traceId: hexOrMadeId(trace, 32),
    spanId: hexOrMadeId(id, 16),
    ...(hasParent && { parentSpanId: hexOrMadeId(parent, 16) }),
    name,
    kind: isRequest ? 2 : (KINDS[kind] ?? 3),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(Math.round(Number(ms) * 1e6) || 0)),
    status: /^(false|0)$/i.test(success) ? { code: 2 } : {},
    attributes: keyValues({
      'azure.type': isRequest ? '' : kind,
      'azure.result_code': code,
      'url.full': url,
      'azure.target': target,
      'azure.data': data,
      ...textsOf(properties),
    }),
    events: beside.map(eventOf),
    links: linksIn(linked),
  }
}

const textsOf = (members: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )

const SEVERITIES = ['VERBOSE', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** The exporter gives a severity to records of logs, and none to events of spans. */
const isLog = ({ table, severity }: Row): boolean => /^(AppTraces|trace)$/.test(table) && severity !== ''

/** A row of exceptions or traces beside its span. With the name of an event it keeps its message as an attribute. */
function eventOf(row: Row): JsonObject {
  const { time, message, severity, errorType, error, properties } = row
  const isException = error !== '' || (errorType !== '' && message === '')
  const own = textsOf(jsonObject(Buffer.from(properties)) ?? {})
  const { 'event.name': named = '' } = own
  return {
    timeUnixNano: String(nanosOf(time)),
    name: isException ? 'exception' : named || message,
    ...(isLog(row) && named === '' && { isLog: true }),
    attributes: keyValues({
      ...own,
      'log.severity': SEVERITIES[Number(severity || 'none')],
      ...(named !== '' && { body: message }),
      ...(isException && { 'exception.type': errorType, 'exception.message': error || message }),
    }),
  }
}

/** `[{"operation_Id","id"}]`, as text. */
function linksIn(text: unknown): JsonObject[] {
  try {
    const list = JSON.parse(String(text ?? '[]')) as unknown
    return (Array.isArray(list) ? list.filter(isObject) : []).map(({ operation_Id, id }) => ({
      traceId: hexOrMadeId(operation_Id, 32),
      spanId: hexOrMadeId(id, 16),
    }))
  } catch {
    return []
  }
}

export const azureApi: BackendApi = {
  open: ({ place, send, now }) => azureSource(place, send, now),
}

/** What tables and columns are called: in a workspace, or in Application Insights' own (classic) form. */
type Dialect = 'workspace' | 'app'

/** The columns of {@link wholeTraces}, by the name in its answer: in a workspace, and in the classic form. */
const COLUMNS = {
  table: ['Type', 'itemType'],
  time: ['TimeGenerated', 'timestamp'],
  trace: ['OperationId', 'operation_Id'],
  id: ['Id', 'id'],
  parent: ['ParentId', 'operation_ParentId'],
  name: ['Name', 'name'],
  ms: ['DurationMs', 'duration'],
  success: ['Success', 'success'],
  code: ['ResultCode', 'resultCode'],
  role: ['AppRoleName', 'cloud_RoleName'],
  instance: ['AppRoleInstance', 'cloud_RoleInstance'],
  kind: ['DependencyType', 'type'],
  url: ['Url', 'url'],
  target: ['Target', 'target'],
  data: ['Data', 'data'],
  properties: ['Properties', 'customDimensions'],
  message: ['Message', 'message'],
  severity: ['SeverityLevel', 'severityLevel'],
  errorType: ['ExceptionType', 'type'],
  error: ['OuterMessage', 'outerMessage'],
} as const

/** A column of {@link wholeTraces}. */
type Column = keyof typeof COLUMNS

const SPANS = ['AppRequests, AppDependencies', 'requests, dependencies']
const ALL = [
  'AppRequests, AppDependencies, AppExceptions, AppTraces',
  'requests, dependencies, exceptions, traces',
]

const at = (dialect: Dialect): 0 | 1 => (dialect === 'workspace' ? 0 : 1)
const col = (dialect: Dialect, column: Column): string => COLUMNS[column][at(dialect)]

/** Rows that one answer may have: about 2,000 traces of 50 rows; the service's own limit is 500,000. */
const MOST_ROWS = 100_000

/** A text as a literal. Failure `cannot-do` for control characters: KQL has no form for all of them. */
function kqlText(text: string): string {
  if (/\p{Cc}/u.test(text))
    throw new Failure('cannot-do', `Azure Monitor cannot search for ${safeText(text, 60)}`, {
      hint: 'Drop the control characters.',
    })
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}

/** All rows of these traces. A column that no table has is empty. */
function wholeTraces(dialect: Dialect, ids: readonly string[]): string {
  const columns = (Object.keys(COLUMNS) as Column[]).map(
    (column) => `${column}=tostring(column_ifexists(${kqlText(col(dialect, column))}, ""))`,
  )
  return [
    `union isfuzzy=true ${ALL[at(dialect)]}`,
    `where ${col(dialect, 'trace')} in (${ids.map(kqlText).join(', ')})`,
    `project ${columns.join(', ')}`,
    `take ${MOST_ROWS}`,
  ].join(' | ')
}

const services = (dialect: Dialect): string =>
  `union isfuzzy=true ${SPANS[at(dialect)]} | distinct ${col(dialect, 'role')} | take 1000`

/** Ids of the traces that fit, the latest first: in the first column. Failure `cannot-do` for what isn't an attribute. */
export function searchFor(dialect: Dialect, filter: TraceFilter): string {
  if (filter.query !== undefined)
    throw new Failure('cannot-do', 'ls-auth builds the queries for Azure Monitor itself', {
      hint: `Use ${FILTER_FLAGS}.`,
    })
  const [trace, time, ms] = [col(dialect, 'trace'), col(dialect, 'time'), col(dialect, 'ms')]
  const isWhole = isOfWholeTrace(filter)
  const conditions = [
    `isnotempty(${trace})`,
    ...conditionsOf(dialect, filter),
    ...(isWhole ? [] : limitsOf(filter, ms)),
  ]
  const whole = limitsOf(filter, `(ended - began) / 1ms`)
  return [
    `union isfuzzy=true ${SPANS[at(dialect)]}`,
    `where ${conditions.join(' and ')}`,
    `summarize began=min(${time}), ended=max(${time} + todouble(${ms}) * 1ms) by ${trace}`,
    ...(isWhole && whole.length > 0 ? [`where ${whole.join(' and ')}`] : []),
    `top ${filter.limit} by began desc`,
    `project ${trace}`,
  ].join(' | ')
}

const limitsOf = ({ minNanos, maxNanos }: TraceFilter, ms: string): string[] => [
  ...(minNanos === undefined ? [] : [`${ms} >= ${minNanos / 1e6}`]),
  ...(maxNanos === undefined ? [] : [`${ms} <= ${maxNanos / 1e6}`]),
]

function conditionsOf(dialect: Dialect, { service, name, errors, attributes }: TraceFilter): string[] {
  const is = (column: Column, value: string | undefined) =>
    value === undefined ? [] : [`${col(dialect, column)} == ${kqlText(value)}`]
  return [
    ...is('role', service),
    ...is('name', name),
    ...(errors ? [`tobool(${col(dialect, 'success')}) == false`] : []),
    ...attributes.map(([key, value, operator = '=']) => {
      const field = textField(key)
      if (field !== undefined)
        throw new Failure(
          'cannot-do',
          `Azure Monitor does not search by ${field}, which is not an attribute`,
          {
            hint: 'Drop it. trace get supports it, for the spans of one trace.',
          },
        )
      const has = `tostring(${col(dialect, 'properties')}[${kqlText(splitScope(key).bare)}])`
      if (/^[<>]/.test(operator)) return `todouble(${has}) ${operator} ${Number(value)}`
      if (operator === '=') return `${has} == ${kqlText(value)}`
      const pattern = kqlText(`^(?:${value})$`)
      const test = { '!=': `${has} != ${kqlText(value)}`, '=~': `${has} matches regex ${pattern}` }[
        operator as '!=' | '=~'
      ]
      return `isnotempty(${has}) and ${test ?? `not(${has} matches regex ${pattern})`}`
    }),
  ]
}
