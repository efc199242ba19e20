import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'

const KEY = 'a-key-of-the-api'
const trace = makeTrace({ seed: 1 })
const spanId = trace.spans[0]?.spanId ?? ''
let api: TraceApi
beforeEach(async () => {
  api = await startTraceApi({ apiKey: KEY, organization: 'acme', project: 'web shop', traces: [trace] })
})
afterEach(() => api.close())

async function get(path: string, authorization = `Bearer ${KEY}`) {
  const response = await fetch(api.url + path, { headers: { authorization }, redirect: 'manual' })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const P = '/public/v0.2/acme'
const STORED = `${P}/projects/web%20shop/stored-traces`

test.each(['Bearer ', 'bearer ', ''])('the key is taken as "%skey"', async (scheme) => {
  expect(await get(`${P}/test`, scheme + KEY)).toMatchObject({ status: 200, text: 'OK' })
})

test('wrong keys and organizations are 401, unknown projects 404', async () => {
  const statuses = await Promise.all([
    get(`${P}/test`, 'Bearer other'),
    get('/public/v0.2/other/test'),
    get(`${P}/projects/other`),
    get(`${P}/projects`),
    get(`${P}/projects/web%20shop`),
  ])
  expect(statuses.map(({ status }) => status)).toEqual([401, 401, 404, 200, 200])
  expect(JSON.parse(statuses[2]?.text ?? '')).toEqual({ errors: ['Project other not found'] })
})

test('a trace is found by any of its spans, padded or not', async () => {
  api.traces = [
    {
      ...trace,
      spans: trace.spans.map((s) => (s.spanId === spanId ? { ...s, spanId: '00000000000000ab' } : s)),
    },
  ]
  for (const asked of ['00000000000000ab', 'ab', 'AB']) {
    const { status, text } = await get(`${STORED}?span-id=${asked}`)
    expect(status).toBe(200)
    expect(JSON.parse(text).data[0].id).toBe('00000000000000ab')
  }
  expect((await get(STORED)).status).toBe(400)
  expect((await get(`${STORED}?span-id=cd`)).status).toBe(404)
})

test('answers are compressed for callers that take it, and requests are recorded whole', async () => {
  const headers = { authorization: KEY, 'accept-encoding': 'gzip', 'x-mine': '1' }
  const bytes = await new Promise<Buffer>((resolve) => {
    request(`${api.url}${STORED}?span-id=${spanId}`, { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)))
    }).end()
  })
  expect(JSON.parse(gunzipSync(bytes).toString()).data).toHaveLength(1)
  expect(api.requests[0]).toMatchObject({ method: 'GET', status: 200, headers: { ...headers } })
})

test('modes', async () => {
  const seen: Record<string, unknown> = {}
  for (const mode of [
    'rate-limited',
    'server-error',
    'plain-text',
    'message-body',
    'html',
    'redirect',
    'gone',
    'not-json',
  ] as const) {
    api.mode = mode
    const { status, headers, text } = await get(`${P}/projects`)
    seen[mode] = [status, headers.get('content-type'), text.slice(0, 12)]
    if (mode === 'rate-limited') expect(headers.get('x-ratelimit-reset')).toBe('1')
  }
  expect(seen).toEqual({
    'rate-limited': [429, 'application/json', '{"errors":["'],
    'server-error': [500, null, ''],
    'plain-text': [503, 'text/plain', 'upstream con'],
    'message-body': [403, 'application/json', '{"message":"'],
    html: [200, 'text/html', '<!doctype ht'],
    redirect: [302, null, ''],
    gone: [410, 'text/plain', 'This API has'],
    'not-json': [200, 'application/json', '{"data":[{"t'],
  })
  api.mode = (n) => (n % 2 ? 'normal' : 'gone')
  expect((await get(`${P}/projects`)).status + (await get(`${P}/projects`)).status).toBe(610)
})

test('huge is small on the wire, slow never ends', async () => {
  api.mode = 'huge'
  const length = await new Promise<number>((resolve) => {
    request(`${api.url}/`, (response) => {
      let bytes = 0
      response.on('data', (chunk) => {
        bytes += chunk.length
      })
      response.on('end', () => resolve(bytes))
    }).end()
  })
  expect(length).toBeLessThan(2_000_000)
  api.mode = 'slow'
  await expect(fetch(api.url, { signal: AbortSignal.timeout(400) }).then((r) => r.text())).rejects.toThrow()
})
