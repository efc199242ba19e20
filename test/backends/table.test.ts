import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Backend, Place, Verb } from '../../src/backends/backend.ts'
import { isReadRoute } from '../../src/backends/backend.ts'
import { othersThatCan } from '../../src/backends/capability.ts'
import {
  BACKEND_IDS,
  BACKENDS,
  type BackendId,
  backendOf,
  explainFailure,
  openBackend,
  requirePlace,
} from '../../src/backends/table.ts'
import type { ApiRequest, TraceSource } from '../../src/backends/trace-source.ts'
import { Failure, NetworkFailure } from '../../src/errors.ts'

const PLACE = { organization: 'acme', project: 'my prod', tenant: 'one', workspace: 'w1' }
const PLACES = [PLACE, { ...PLACE, workspace: undefined, app: 'a1' }]
const RANGE = { fromMillis: 1e12, toMillis: 1e12 + 3_600_000 }
const FILTER = { ...RANGE, service: 'web', attributes: [], errors: false, limit: 5 }
const ID = '0123456789abcdef'
const REFERENCE = {
  kind: 'either',
  form: 'hex',
  spanId: ID,
  traceId: ID,
  digits: ID,
  alternatives: [],
} as const

/** What each verb is, asked of an open source. */
const ASK: Readonly<Record<Verb, (source: TraceSource) => Promise<unknown>>> = {
  trace: (source) => source.trace(REFERENCE),
  search: (source) => (source.search as NonNullable<TraceSource['search']>)(FILTER),
  services: (source) => (source.services as NonNullable<TraceSource['services']>)(),
  attributes: async (source) => {
    await (source.attributes as NonNullable<TraceSource['attributes']>)(RANGE)
    await (source.attributeValues as NonNullable<TraceSource['attributeValues']>)(
      'http.route',
      RANGE,
      (_, value) => value,
    )
  },
  query: (source) =>
    (source.query as NonNullable<TraceSource['query']>)({ ...RANGE, text: 'x', stepSeconds: 60 }),
}
const VERBS = Object.keys(ASK) as Verb[]

/** A source whose server answers everything with this status and body, and what it was asked. */
async function opened(row: Backend, [status, get, post]: (typeof ANSWERS)[number], place: Place = PLACE) {
  const asked: ApiRequest[] = []
  const source = await openBackend(row.id as BackendId, {
    base: new URL(row.defaultApi),
    place,
    async send(request) {
      asked.push(request)
      const body = request.method === 'POST' ? post : get
      return { status, headers: {}, body: Buffer.from(body), maxBytes: 1024, json: () => JSON.parse(body) }
    },
    now: () => 0,
    snapshotConsent: async () => ({
      command: '',
      allowed: true,
      request: async () => {},
      tell() {},
      now: () => 0,
      wait: async () => {},
    }),
  })
  return { source, asked }
}

/** Status and body of every GET and of every POST: they lead the sources down their different ways. */
const EMPTY: [number, get: string, post: string] = [200, '{}', '{}']
const ANSWERS: readonly [number, get: string, post: string][] = [
  EMPTY,
  [200, '{"data":[]}', '{"data":{"id":"s1"}}'],
  [200, '{"data":[{"id":"s1","attributes":{"query":"service IN (\\"web\\")","name":"n"}}]}', '{}'],
  // A page that is full.
  [200, JSON.stringify({ traces: Array(5).fill({ traceID: 'ab' }) }), '{}'],
  [404, '', ''],
  [501, '{}', '{}'],
]

/** Requests of a source that spend something, so that they are no reads. */
const SPENDING: Readonly<Record<string, string>> = {
  lightstep: 'POST /public/v0.2/acme/projects/my%20prod/snapshots',
}

/** Everything a source asks, over all it can do. */
async function everythingAsked(row: Backend): Promise<ReadonlySet<string>> {
  const lines = new Set<string>()
  for (const [answer, place] of ANSWERS.flatMap((one) => PLACES.map((two) => [one, two] as const))) {
    if (row.id !== 'azure' && place !== PLACE) continue
    const probed = await opened(row, answer, place)
    await probed.source.probe().catch((error) => expect(error).toBeInstanceOf(Failure))
    for (const { method = 'GET', path } of probed.asked) lines.add(`${method} ${path}`)
    for (const verb of VERBS.filter((one) => row.capabilities[one] === true)) {
      const { source, asked } = await opened(row, answer, place)
      await ASK[verb](source).catch((error) => expect(error).toBeInstanceOf(Failure))
      expect(asked.length).toBeGreaterThan(0)
      for (const { method = 'GET', path } of asked) lines.add(`${method} ${path}`)
    }
  }
  return lines
}

/** What Grafana's data sources ask (its pkg/tsdb/jaeger, pkg/tsdb/tempo and the pages of them), by `proxy --print grafana`. */
const BY_DATA_SOURCE: Readonly<Record<string, readonly string[]>> = {
  jaeger: [
    '/api/services',
    '/api/services/edge/operations',
    '/api/traces',
    '/api/traces/4bf92f3577b34da6',
    '/api/dependencies',
    '/api/v3/services',
    '/api/v3/operations',
    '/api/v3/traces',
    '/api/v3/traces/4bf92f3577b34da6',
  ],
  tempo: [
    '/api/echo',
    '/api/status/buildinfo',
    '/api/v2/traces/4bf92f3577b34da6',
    '/api/traces/4bf92f3577b34da6',
    '/api/search',
    '/api/search/tags',
    '/api/search/tag/service.name/values',
    '/api/v2/search/tags',
    '/api/v2/search/tag/resource.service.name/values',
    '/api/metrics/query',
    '/api/metrics/query_range',
  ],
  zipkin: ['/api/v2/services', '/api/v2/spans', '/api/v2/traces', '/api/v2/trace/4bf92f3577b34da6'],
}

const reads = (row: Backend, line: string): boolean => {
  const [method = '', path = ''] = line.split(' ')
  return isReadRoute(row, method, path)
}

describe.each(BACKENDS.map((row) => [row.id, row] as const))('%s', (_, row) => {
  it('is asked by its read routes, each of them, and by nothing else, here and by a data source', async () => {
    const others = (BY_DATA_SOURCE[row.id] ?? []).map((path) => `GET ${path}`)
    const asked = new Set([...(await everythingAsked(row)), ...others])
    expect([...asked].filter((line) => !reads(row, line))).toEqual([SPENDING[row.id]].filter(Boolean))
    const idle = row.readRoutes.filter(
      (route) => ![...asked].some((line) => reads({ ...row, readRoutes: [route] }, line)),
    )
    expect(idle).toEqual([])
  })

  it('has the methods of what it can do, and its own name', async () => {
    const { source } = await opened(row, [200, '{}', '{}'])
    expect(source).toMatchObject({ name: row.name, capabilities: row.capabilities })
    for (const verb of VERBS) {
      if (verb !== 'attributes')
        expect(typeof source[verb] === 'function').toBe(row.capabilities[verb] === true)
    }
  })

  it('is not opened without the settings it needs, or with those that climb out of its path', async () => {
    for (const name of row.needs) {
      expect(() => requirePlace(row, { ...PLACE, [name]: undefined })).toThrowError(
        `missing setting: ${name}`,
      )
      for (const climbing of ['', '.', '..']) {
        await expect(opened(row, EMPTY, { ...PLACE, [name]: climbing })).rejects.toThrowError(Failure)
      }
    }
  })

  it.each(['/', '/..', '//', '/api/%2e%2e/x', '/api/traces/a%2fb', '/api/traces/..', 'api/echo'])(
    'does not take %s for a read',
    (path) => expect(isReadRoute(row, 'GET', path)).toBe(false),
  )

  it('a gateway in front of it is tested by reads, and by a write that nothing can be made of', async () => {
    const probe = (await row.api()).gatewayProbe?.(PLACE)
    expect(probe === undefined).toBe(row.apiHost !== undefined)
    if (probe === undefined) return
    const { reads, write } = probe
    expect(reads.length).toBeGreaterThan(0)
    for (const path of reads) {
      expect([path, isReadRoute(row, 'GET', path)]).toEqual([path, true])
      for (const method of ['PUT', 'POST', 'DELETE'])
        expect([method, path, isReadRoute(row, method, path)]).toEqual([method, path, false])
    }
    expect(isReadRoute(row, write.method, write.path)).toBe(false)
    if (write.body === undefined) expect(write.path).toMatch(/\/not-a-/)
    else expect(() => JSON.parse(write.body ?? '')).toThrow()
  })

  it('nothing but GET and POST reads', () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'get', '']) {
      for (const { path } of row.readRoutes) expect(isReadRoute(row, method, path)).toBe(false)
    }
  })
})

describe('the table', () => {
  it('all that is missing is named at once, with flags, variables and commands', () => {
    for (const row of BACKENDS.filter(({ needs }) => needs.length > 0)) {
      const nothing = Object.fromEntries(Object.keys(PLACE).map((name) => [name, undefined]))
      const refusal = (() => {
        try {
          requirePlace(row, nothing)
        } catch (error) {
          return error as Failure
        }
        throw new Error('opened without anything')
      })()
      for (const name of row.needs) {
        expect(refusal.message).toContain(name)
        for (const way of [`--${name} NAME`, `LS_AUTH_${name.toUpperCase()}`, `profile set ${name} NAME`])
          expect(refusal.hint).toContain(way)
      }
    }
  })

  it('names each back end once', () => {
    expect(new Set(BACKEND_IDS).size).toBe(BACKENDS.length)
    for (const id of BACKEND_IDS) expect(backendOf(id).id).toBe(id)
  })

  it('holds every back end there is a folder of', () => {
    const files = readdirSync(new URL('../../src/backends', import.meta.url), { withFileTypes: true })
    const folders = files.filter((one) => one.isDirectory()).map(({ name }) => name)
    expect(folders.sort()).toEqual([...BACKEND_IDS].sort())
  })

  it('is the one that docs/back-ends.md tells of', () => {
    const guide = readFileSync(new URL('../../docs/back-ends.md', import.meta.url), 'utf8')
    for (const { id, name } of BACKENDS) expect([id, guide.includes(name)]).toEqual([id, true])
  })

  it('says who else can', () => {
    for (const verb of VERBS) {
      const names = BACKENDS.filter(({ capabilities }) => capabilities[verb] === true)
      for (const { name } of names) expect(othersThatCan(verb)).toContain(name)
    }
  })

  it('a tenant that is gone: the other back ends are named, and the end of one that ended', () => {
    for (const row of BACKENDS) {
      const { hint } = explainFailure(row, new Failure('gone', 'gone'), 'gateway.example')
      for (const { id, name } of BACKENDS)
        expect(hint.includes(`${name}`)).toBe(id !== row.id || /ended/.test(hint))
    }
  })

  it('a host of a service that ended says so, and no other host does', () => {
    const row = backendOf('lightstep')
    const lost = new NetworkFailure('no answer', false)
    const explained = explainFailure(row, lost, 'api.lightstep.com')
    expect(explained).toBeInstanceOf(NetworkFailure)
    expect(explained.hint).toMatch(/^Lightstep ended on 1 March 2026 .* Otherwise check the network\.$/)
    expect(explainFailure(row, new NetworkFailure('lost', true), 'api.lightstep.com').hint).not.toMatch(
      /ended/,
    )
    for (const host of ['gateway.example', 'notlightstep.com', 'api.lightstep.com.evil.example'])
      expect(explainFailure(row, lost, host)).toBe(lost)
    expect(explainFailure(row, new Failure('refused', 'x'), 'api.lightstep.com').hint).toMatch(/ended/)
    expect(explainFailure(backendOf('tempo'), lost, 'api.lightstep.com')).toBe(lost)
  })
})
