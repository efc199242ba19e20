import { describe, expect, test } from 'vitest'
import type { LightstepSettings } from '../../src/backends/lightstep/lightstep-api.ts'
import { lightstepSource } from '../../src/backends/lightstep/lightstep-source.ts'
import type { ApiAnswer, ApiRequest, SnapshotConsent } from '../../src/backends/trace-source.ts'
import { Failure } from '../../src/errors.ts'
import { parseSpanOrTraceId } from '../../src/trace/id.ts'
import { makeTrace, toStoredTraces } from '../world/trace-data.ts'

const made = makeTrace({ seed: 3 })
const root = made.spans.find((span) => span.parentId === undefined && span.name.startsWith('POST'))
const SELF = 'https://api.lightstep.com/public/v0.2/acme/projects/prod/stored-traces'

/** Nobody allows any here; stories take them from a server that counts. */
const NO_SNAPSHOTS: SnapshotConsent = {
  allowed: false,
  command: 'ls-auth trace get ID --snapshot',
  request: async () => {
    throw new Failure('cannot-do', 'a snapshot is needed to find a trace by its trace id')
  },
  tell: () => {},
  now: () => 0,
  wait: async () => {},
}

type Reply = (spanId: string) => {
  status: number
  body?: unknown
  text?: string
  headers?: Record<string, string>
  failure?: Failure
}

function stage(reply: Reply, settings: LightstepSettings = { organization: 'acme', project: 'prod' }) {
  const sent: ApiRequest[] = []
  const backend = lightstepSource(
    settings,
    async (request): Promise<ApiAnswer> => {
      const { answers: _, ...rest } = request
      sent.push(rest)
      const { status, body, text = '', headers = {}, failure } = reply(request.query?.['span-id'] ?? '')
      const json = () => {
        if (body === undefined) throw new Failure('api-failed', 'not JSON')
        return body
      }
      return { status, headers, body: Buffer.from(text), maxBytes: 0, json, ...(failure && { failure }) }
    },
    NO_SNAPSHOTS,
  )
  const read = (text: string) => backend.trace(parseSpanOrTraceId(text))
  return { backend, sent, read, asked: () => sent.map((request) => request.query?.['span-id']) }
}

const found: Reply = (id) => ({ status: 200, body: toStoredTraces(made, id, SELF) })
const missing: Reply = (id) => ({ status: 404, body: { errors: [`No trace found for span ${id}`] } })

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Failure) return error
  throw new Error('no failure')
}

describe('the request', () => {
  test('names are percent-encoded, the id is a parameter', async () => {
    const { read, sent } = stage(found, { organization: 'a/b', project: 'project with spaces?' })
    const trace = await read('00f1a2b3c4d5e6f7')
    expect(trace.traceId).toBe(made.traceId)
    expect(sent).toMatchObject([
      {
        path: '/public/v0.2/a%2Fb/projects/project%20with%20spaces%3F/stored-traces',
        query: { 'span-id': '00f1a2b3c4d5e6f7' },
      },
    ])
  })

  test.each(['', '.', '..'])('a project named %j is refused: it would climb out of the path', (project) => {
    expect(() => stage(found, { organization: 'acme', project })).toThrowError(Failure)
  })

  test.each<[string, string[]]>([
    ['00f1a2b3c4d5e6f7', ['00f1a2b3c4d5e6f7', 'f1a2b3c4d5e6f7']],
    ['f1a2b3c4d5e6f7', ['f1a2b3c4d5e6f7', '00f1a2b3c4d5e6f7']],
    ['abcdef0123456789', ['abcdef0123456789']],
    ['APGis8TV5vc=', ['00f1a2b3c4d5e6f7', 'f1a2b3c4d5e6f7']],
    ['1234567890123456', ['1234567890123456', '000462d53c8abac0', '462d53c8abac0']],
    [`00-${made.traceId}-abcdef0123456789-01`, ['abcdef0123456789']],
  ])('%s is tried as %j while the answer is 404', async (text, forms) => {
    const { read, asked } = stage(missing)
    await failureOf(read(text))
    expect(asked()).toEqual(forms)
  })
})

describe('401 with the words of Lightstep', () => {
  const unknown = 'Invalid API key, or the organization does not exist'
  const ours = new Failure('not-allowed', 'gw.example did not accept the token (HTTP 401)', {
    hint: 'Sign in again',
    detail: [`server: ${unknown}`],
  })
  const ask = (body: unknown, challenge = '', failure = ours) => {
    const headers = challenge === '' ? {} : { 'www-authenticate': challenge }
    return failureOf(stage(() => ({ status: 401, body, failure, headers })).read('ab'))
  }

  test.each([
    [{ errors: [unknown] }, ''],
    [{ errors: ['Invalid API key'] }, ''],
    [{ errors: [unknown] }, 'Bearer realm="traces", error_description="the back end refused the key"'],
  ])('%j %s is about the organization or the key', async (body, challenge) => {
    const failure = await ask(body, challenge)
    expect(failure.code).toBe('not-allowed')
    expect(failure.message).toBe(
      'Lightstep does not know the organization acme, or does not accept the key (HTTP 401)',
    )
    expect(failure.hint).toMatch(
      /^Check organization \(ls-auth profile show\)\. .* tell whoever runs the gateway\.$/,
    )
    expect(failure.detail.join('\n').match(/server: Invalid API key/g)).toHaveLength(1)
    expect(failure.detail.join('\n')).toMatch(/ended on 1 March 2026[\s\S]*api\.eu\.lightstep\.com/)
  })

  const expired = new Failure('session-ended', 'the token has ended')
  test.each<[object, string, Failure]>([
    [{ errors: [unknown] }, 'Bearer error="invalid_token"', ours],
    [{ errors: ['the access token was not accepted'] }, '', ours],
    [{}, '', ours],
    // Only the list is Lightstep's form; these are the words of gateways.
    [{ message: 'No API key found in request' }, 'Key realm="kong"', ours],
    [{ message: 'Access denied due to missing subscription key' }, '', ours],
    [{ errors: ['Invalid token: no matching key found in JWKS (kid abc)'] }, 'Bearer realm="gw"', ours],
    [{ errors: ['no matching key found in JWKS'] }, '', ours],
    [{ errors: ['no organization claim'] }, '', ours],
    [{ errors: [unknown] }, '', expired],
  ])('%j %s is about the token', async (body, challenge, failure) => {
    expect(await ask(body, challenge, failure)).toBe(failure)
  })
})

describe('the points of a query', () => {
  const query = (points: unknown[]) =>
    stage(() => ({ status: 200, body: { data: { attributes: { series: [{ points }] } } } })).backend.query?.({
      text: 'spans count | rate | group_by [], sum',
      fromMillis: 0,
      toMillis: 60_000,
      stepSeconds: 60,
    })

  test.each([
    [3, 3],
    ['3', 3],
    ['-1.5e3', -1500],
    [null, null],
    [undefined, null],
    ['', null],
    [' ', null],
    ['NaN', null],
    ['much', null],
    [true, null],
  ])('%j is %j', async (value, read) => {
    expect((await query([[1000, value]]))?.series).toEqual([{ labels: [], points: [[1000, read]] }])
  })

  test.each([{ count: 3 }, {}, [[1, 2]]])('%j is a distribution', async (value) => {
    const failure = await failureOf(
      query([
        [1000, null],
        [2000, value],
      ]) as Promise<unknown>,
    )
    expect(failure).toMatchObject({ code: 'cannot-do', message: expect.stringContaining('distributions') })
    expect(failure.hint).toContain('| point percentile(value, 99)')
  })
})

test.each<[string, number, number]>([
  ['00f1a2b3c4d5e6f7', 404, 400],
  ['00f1a2b3c4d5e6f7', 400, 404],
])('%s: %i and %i for its two ways of writing: it is not found', async (id, first, second) => {
  const { read, asked } = stage((asked) => ({
    status: asked === id ? first : second,
    body: { errors: ['no'] },
  }))
  expect((await failureOf(read(id))).code).toBe('not-found')
  expect(asked()).toEqual([id, 'f1a2b3c4d5e6f7'])
})

describe('failures', () => {
  test('a trace id cannot be read, and nothing is sent', async () => {
    const { read, sent } = stage(found)
    expect(await failureOf(read(made.traceId))).toMatchObject({ code: 'cannot-do' })
    expect(sent).toEqual([])
  })

  test.each<[string, Reply]>([
    ['404', missing],
    ['404 without a body', () => ({ status: 404 })],
    ['an empty list', () => ({ status: 200, body: { data: [] } })],
  ])('%s is not found, with what to do', async (_, reply) => {
    const failure = await failureOf(stage(reply).read('abcdef0123456789'))
    expect(failure.code).toBe('not-found')
    expect(failure.message).toBe('no assembled trace holds span abcdef0123456789')
    expect(failure.hint).toMatch(/3 days/)
    expect(failure.hint).toMatch(/UI/)
  })
})

test.each([
  [SELF, `https://app.lightstep.com/prod/trace?span_guid=`],
  [SELF.replace('api.', 'api.eu.'), `https://app.eu.lightstep.com/prod/trace?span_guid=`],
  ['https://api.lightstep.com.evil.example/x', undefined],
  ['javascript:alert(1)', undefined],
  ['', undefined],
])('the page of a trace that came from %j', async (self, page) => {
  const { backend, read } = stage((id) => ({ status: 200, body: toStoredTraces(made, id, self) }))
  const link = backend.link?.(await read(root?.spanId ?? ''))
  if (page === undefined) expect(link).toBeUndefined()
  else expect(link).toMatch(new RegExp(`^${page.replace('?', '\\?')}[0-9a-f]{16}$`))
})
