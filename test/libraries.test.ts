import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { draw, fromTempo } from '../docs/examples/read-traces.ts'
import { acme } from '../docs/examples/sign-in.ts'
import { browse } from './world/browser.ts'
import { startProvider } from './world/provider.ts'
import { startTempoApi } from './world/tempo-api.ts'
import { makeTrace } from './world/trace-data.ts'

/** The examples of docs/libraries.md, against a certified identity provider and an API that takes its tokens. */

const trace = makeTrace({ seed: 7, fails: true })
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function openAcme() {
  const provider = await startProvider()
  const tempo = await startTempoApi({ traces: [trace], apiKey: 'k' })
  const directory = await mkdtemp(join(tmpdir(), 'acme-'))
  closing.push(() => rm(directory, { recursive: true }), tempo.close, provider.close)
  const { issuer, clientId } = provider
  const told: string[] = []
  const preset = { redirectPorts: [0] }
  const type = (...line: string[]) =>
    acme(line, { issuer, clientId, preset, api: new URL(tempo.url), directory, flow: 'url' }, (one) => {
      told.push(one)
      const [url] = /http\S+authoriz\S+|http\S+\/auth\?\S+/.exec(one) ?? []
      if (url !== undefined) void browse(url, { user: 'alice' })
    })
  return { provider, tempo, told, type, directory }
}

describe('session as a library', () => {
  it('a tool of its own signs in, says who it is, calls its API, and signs out', async () => {
    const { type, provider, tempo } = await openAcme()
    await expect(type('call', '/api/echo')).rejects.toMatchObject({ code: 'not-signed-in' })
    expect(await type('login')).toBe('Hello alice')
    expect(JSON.parse(await type('whoami'))).toMatchObject({ sub: 'alice', iss: provider.issuer })
    await type('call', '/api/echo')
    const sent = tempo.requests.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? ''
    expect(provider.secrets.has(sent)).toBe(true)
    expect(await type('logout')).toBe('Signed out')
    expect(provider.liveRefreshTokens()).toBe(0)
    expect(await type('logout')).toBe('Not signed in')
  })
})

describe('trace as a library', () => {
  it('a file of OTLP and a back end: the same trace, masked and drawn', async () => {
    const tempo = await startTempoApi({ traces: [trace], apiKey: 'k' })
    closing.push(tempo.close)
    const address = `${tempo.url}/api/traces/${trace.traceId}`
    const headers = { authorization: 'Bearer k', accept: 'application/json' }
    const file = new Uint8Array(await (await fetch(address, { headers })).arrayBuffer())
    const lines = [...draw(file)]
    expect(lines[0]).toContain(`trace ${trace.traceId}`)
    expect(lines.length).toBeGreaterThan(trace.spans.length / 2)
    expect(lines.at(-1)).toMatch(/^failed first: /)
    const fetched = await fromTempo(new URL(`${tempo.url}/`), trace.traceId, 'k')
    expect(fetched.spans).toHaveLength(trace.spans.length)
    await expect(fromTempo(new URL(`${tempo.url}/`), trace.traceId, 'x')).rejects.toMatchObject({
      message: 'HTTP 401',
    })
  })
})
