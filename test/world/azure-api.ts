import type { ServerResponse } from 'node:http'
import { httpServer, listen } from './loopback-server.ts'
import type { LogLine, SpanData, TraceData } from './trace-data.ts'

/** A running Log Analytics API. */
export interface AzureApi {
  readonly url: string
  /** The queries, in KQL, and their time. */
  readonly requests: readonly { readonly path: string; readonly query: string; readonly timespan?: string }[]
  /** Says that only a part was found. */
  partial: boolean
  close(): Promise<void>
}

type Value = string | number | boolean | null
type Row = Record<string, Value>

/**
 * Starts an emulation of Log Analytics on loopback: tables and answers as learn.microsoft.com has them, rows as the Azure
 * exporter of OpenTelemetry writes spans. It knows the KQL that `ls-auth` sends, and refuses any other.
 */
export async function startAzureApi(options: {
  traces: readonly TraceData[]
  token: string
  workspace: string
  logs?: readonly LogLine[]
}): Promise<AzureApi> {
  const requests: AzureApi['requests'][number][] = []
  const { logs = [] } = options
  const rows = options.traces.flatMap((trace) => trace.spans.flatMap((span) => rowsOf(trace, span, logs)))
  const server = httpServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const path = request.url ?? '/'
      const error = (status: number, code: string) =>
        json(response, status, { error: { code, message: `The request had an error: ${code}` } })
      if (request.headers.authorization !== `Bearer ${options.token}`)
        return error(403, 'InvalidAuthenticationTokenAudience')
      if (path !== `/v1/workspaces/${options.workspace}/query`) return error(404, 'PathNotFoundError')
      if (request.headers['content-type'] !== 'application/json') return json(response, 200, {})
      const { query, timespan } = JSON.parse(Buffer.concat(parts).toString())
      requests.push({ path, query, timespan })
      try {
        const found = run(query, inTime(rows, timespan))
        const columns = Object.keys(found[0] ?? {})
        const table = {
          name: 'PrimaryResult',
          columns: columns.map((name) => ({ name, type: 'string' })),
          rows: found.map((row) => columns.map((name) => row[name] ?? null)),
        }
        const partial = api.partial && { error: { code: 'PartialError', message: 'the query was cut off' } }
        json(response, 200, { tables: [table], ...partial })
      } catch (cause) {
        error(400, `BadArgumentError: ${(cause as Error).message}`)
      }
    })
  })
  const listening = await listen(server)
  const url = `http://127.0.0.1:${listening.port}`
  const api: AzureApi = { url, requests, partial: false, close: () => listening.close() }
  return api
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const iso = (micros: number) =>
  new Date(micros / 1000).toISOString().replace('Z', `${String(micros % 1000).padStart(3, '0')}0Z`)

const SEVERITIES = ['VERBOSE', 'INFO', 'WARN', 'ERROR', 'FATAL']

function rowsOf({ traceId }: TraceData, span: SpanData, logs: readonly LogLine[]): Row[] {
  const isRequest = span.kind === 'server' || span.kind === 'consumer'
  const common = { OperationId: traceId, TimeGenerated: iso(span.startMicros), AppRoleName: span.service }
  const { 'span.kind': _, ...tags } = span.tags as Record<string, unknown>
  const own: Row = {
    ...common,
    Type: isRequest ? 'AppRequests' : 'AppDependencies',
    Id: span.spanId,
    ParentId: span.parentId ?? '',
    Name: span.name,
    DurationMs: (span.endMicros - span.startMicros) / 1000,
    Success: !span.error,
    ResultCode: '0',
    Properties: JSON.stringify({
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])),
      ...(span.links !== undefined && {
        '_MS.links': JSON.stringify(
          span.links.map((link) => ({ operation_Id: link.traceId, id: link.spanId })),
        ),
      }),
    }),
    ...(!isRequest && { DependencyType: span.kind === 'internal' ? 'InProc' : 'HTTP' }),
  }
  const beside = (span.events ?? []).map(({ name, tags: of }) => ({
    ...common,
    Type: name === 'exception' ? 'AppExceptions' : 'AppTraces',
    ParentId: span.spanId,
    ...(name === 'exception'
      ? {
          ExceptionType: String(of?.['exception.type'] ?? ''),
          OuterMessage: String(of?.['exception.message'] ?? ''),
        }
      : {
          // The exporter writes the text of a record here, and the name of its event among the properties.
          Message: name.startsWith('gen_ai.') ? String(of?.content ?? of?.message ?? '') : name,
          // Events of spans are written without one.
          ...(name.startsWith('gen_ai.') && { SeverityLevel: 1 }),
          Properties: JSON.stringify({ ...of, ...(name.startsWith('gen_ai.') && { 'event.name': name }) }),
        }),
  }))
  const records = logs
    .filter(({ spanId }) => spanId === span.spanId)
    .map(({ text, severity }) => ({
      ...common,
      Type: 'AppTraces',
      ParentId: span.spanId,
      Message: text,
      SeverityLevel: SEVERITIES.indexOf(severity),
      Properties: '{}',
    }))
  return [own, ...beside, ...records]
}

function inTime(rows: readonly Row[], timespan?: string): readonly Row[] {
  const [from = '', to = ''] = timespan?.split('/') ?? []
  return timespan === undefined
    ? rows
    : rows.filter(
        ({ TimeGenerated: at }) =>
          Date.parse(String(at)) >= Date.parse(from) && Date.parse(String(at)) <= Date.parse(to),
      )
}

/** Parts of a text between `mark`s that stand in no literal. */
function parts(text: string, mark: string): string[] {
  const found = ['']
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^"]/gs) ?? []
  for (let i = 0; i < tokens.length; i += 1) {
    const ahead = tokens.slice(i, i + mark.length).join('')
    if (ahead === mark) {
      found.push('')
      i += mark.length - 1
    } else found.push(`${found.pop()}${tokens[i]}`)
  }
  return found
}

function run(query: string, all: readonly Row[]): Row[] {
  const [source = '', ...steps] = parts(query, ' | ')
  if (source === 'print 1') return [{ print_0: 1 }]
  const tables = /^union isfuzzy=true (.+)$/.exec(source)?.[1]?.split(', ')
  if (tables === undefined) throw new Error(`no union: ${source}`)
  return steps.reduce<Row[]>(
    step,
    all.filter(({ Type }) => tables.includes(String(Type))),
  )
}

const literal = (text: string): string => {
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(text)) throw new Error(`no literal: ${text}`)
  return text.slice(1, -1).replace(/\\(.)/gs, '$1')
}

function step(rows: readonly Row[], text: string): Row[] {
  const [, verb = '', rest = ''] = /^(\w+) (.*)$/s.exec(text) ?? []
  if (verb === 'where') return rows.filter((row) => parts(rest, ' and ').every((one) => holds(one, row)))
  if (verb === 'take') return rows.slice(0, Number(rest))
  if (verb === 'distinct')
    return [...new Set(rows.map((row) => row[rest] ?? null))].map((value) => ({ [rest]: value }))
  if (verb === 'top') {
    const [, limit, by = ''] = /^(\d+) by (\w+) desc$/.exec(rest) ?? []
    return [...rows].sort((a, b) => Number(b[by]) - Number(a[by])).slice(0, Number(limit))
  }
  if (verb === 'summarize') {
    const ids = new Set(rows.map(({ OperationId }) => OperationId))
    return [...ids].map((id) => {
      const own = rows.filter(({ OperationId }) => OperationId === id)
      const began = own.map(({ TimeGenerated }) => Date.parse(String(TimeGenerated)))
      const ended = own.map(({ DurationMs }, i) => (began[i] as number) + Number(DurationMs))
      return { OperationId: id ?? null, began: Math.min(...began), ended: Math.max(...ended) }
    })
  }
  if (verb !== 'project') throw new Error(`no such step: ${verb}`)
  const columns =
    parts(rest, ', ')
      .join(', ')
      .match(/\w+=tostring\(column_ifexists\("\w+", ""\)\)|\w+/g) ?? []
  return rows.map((row) =>
    Object.fromEntries(
      columns.map((column) => {
        const [, name = column, of = column] =
          /^(\w+)=tostring\(column_ifexists\("(\w+)", ""\)\)$/.exec(column) ?? []
        const value = row[of]
        return [
          name,
          typeof value === 'boolean' ? (value ? 'True' : 'False') : value === undefined ? '' : value,
        ]
      }),
    ),
  )
}

function holds(text: string, row: Row): boolean {
  const found =
    /^(?:(not)\()?(isnotempty|tobool|todouble|tostring)?\(?(.*?)\)* (==|!=|>=|<=|in|matches regex) (.*?)\)?$/s.exec(
      text,
    )
  const left = (name: string): Value => {
    const key = /Properties\[("(?:[^"\\]|\\.)*")\]/s.exec(name)?.[1]
    if (key !== undefined) return (JSON.parse(String(row.Properties ?? '{}')) as Row)[literal(key)] ?? ''
    if (name === '(ended - began) / 1ms' || name === 'ended - began')
      return Number(row.ended) - Number(row.began)
    return row[name.replace(/^\w+\(/, '')] ?? ''
  }
  if (text.startsWith('isnotempty(')) return left(text.slice('isnotempty('.length, -1)) !== ''
  if (found === null) throw new Error(`no condition: ${text}`)
  const [, not, , name = '', operator, right = ''] = found
  const value = text.includes('(ended - began) / 1ms') ? left('ended - began') : left(name)
  if (operator === 'in')
    return parts(right.replace(/^\(|\)$/g, ''), ', ')
      .map(literal)
      .includes(String(value))
  if (operator === 'matches regex') return new RegExp(literal(right)).test(String(value)) !== (not === 'not')
  if (operator === '>=') return Number(value) >= Number(right)
  if (operator === '<=') return Number(value) <= Number(right)
  const wanted = right === 'false' ? false : literal(right)
  return (value === wanted) === (operator === '==')
}
