import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ConnectProxy, startConnectProxy } from '../world/connect-proxy.ts'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { SCOPES } from '../world/stage.ts'
import { makeTls } from '../world/tls.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'
import { startLocalProxy } from './local-proxy/local-proxy.ts'
import { signIn } from './sign-in.ts'

const [IDP, TRACES] = ['idp.corp.example', 'traces.corp.example']
const API_KEY = 'key-of-the-api'
const trace = makeTrace({ seed: 5 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string
const tls = await makeTls({ hosts: [IDP, TRACES, '127.0.0.1'] })
const dispatcher = new Agent({ connect: { ca: tls.ca, lookup: toLoopback } })

let proxy: ConnectProxy
let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
let token: string
let caFile: string

/** Names that only the proxy knows, certificates that only one authority vouches for: a company's network. */
beforeAll(async () => {
  proxy = await startConnectProxy({
    credentials: 'me:pass',
    hosts: { [IDP]: '127.0.0.1', [TRACES]: '127.0.0.1' },
  })
  provider = await startProvider({ tls, host: IDP })
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  gateway = await startGateway({
    issuer: provider.issuer,
    audience: 'api://traces',
    scope: 'traces:read',
    upstream: api.url,
    apiKey: API_KEY,
    tls,
    fetch: ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as typeof fetch,
  })
  machine = await openMachine()
  machine.env.HTTPS_PROXY = proxy.url
  caFile = join(machine.home, 'ca.pem')
  await writeFile(caFile, tls.ca)
  await writeProfile(`ca_file = "${caFile}"`)
})
afterAll(async () => {
  await Promise.all([proxy, provider, api, gateway, machine].map((part) => part.close()))
  await dispatcher.destroy()
})
beforeEach(() => {
  api.mode = 'normal'
  proxy.refuse = false
})

const gatewayHost = () => `${TRACES}:${new URL(gateway.url).port}`
const get = (env: Record<string, string | undefined> = {}) =>
  machine.run(['trace', 'get', spanId], { env: { LS_AUTH_TOKEN: token, ...env } })

async function writeProfile(...lines: string[]): Promise<void> {
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profile = [
    '[profiles.work]',
    `issuer = "${provider.issuer}"`,
    `client_id = "${provider.clientId}"`,
    `scopes = ${JSON.stringify(SCOPES.split(' '))}`,
    `api = "https://${gatewayHost()}"`,
    'organization = "acme"',
    'project = "prod"',
    'store = "file"',
    `store_key_file = "${machine.keyFile}"`,
  ]
  await writeFile(machine.configFile, [...profile, ...lines, ''].join('\n'))
}

describe('behind a proxy, with a CA of the company', () => {
  it('signs in, renews and reads a trace: all of it through the proxy', async () => {
    const { ended, page } = await signIn(machine, ['login'], { visitor: { user: 'alice', ca: tls.ca } })
    expect(ended).toMatchObject({ exit: 0, stdout: '' })
    expect(page.body).toContain('You are signed in')
    expect(await machine.run(['token', '--min-ttl', '60m'])).toMatchObject({ exit: 0, stderr: '' })
    const seen = await machine.run(['trace', 'get', spanId])
    expect(seen).toMatchObject({ exit: 0, stderr: '' })
    expect(seen.stdout).toContain('POST /checkout')
    expect(gateway.log.at(-1)).toMatchObject({ sub: 'alice', status: 200 })
    const idp = new URL(provider.issuer).host
    expect(new Set(proxy.targets)).toEqual(new Set([idp, gatewayHost()]))
    expect(proxy).toMatchObject({ refused: 0, forwarded: 0, tunnels: proxy.targets.length })
    // What did not come through the proxy: the browser's steps at the provider.
    expect(gateway.connections).toBe(proxy.targets.filter((target) => target === gatewayHost()).length)
    token = (await machine.run(['token'])).stdout.trim()
    const { stdout } = await machine.run(['api', '-i', '/public/v0.2/acme/projects/prod/directory/services'])
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\n/)
  })

  it('a local proxy renews and asks on the same way, with the ca_file of the profile', async () => {
    const { api, secret, running } = await startLocalProxy(machine)
    const ask = () => fetch(`${api}/public/v0.2/acme/projects/prod/directory/services`)
    // The company's proxy turns it away for a while: the local one is still there.
    proxy.refuse = true
    const refused = await ask()
    expect(refused.status).toBe(502)
    expect(await refused.json()).toMatchObject({
      message: expect.stringContaining('the proxy refused to reach'),
    })
    proxy.refuse = false
    expect((await ask()).status).toBe(200)
    const [before, first] = [provider.refreshCount(), gateway.requests + 1]
    gateway.distrusts = (n) => n === first
    const [asked, direct] = [proxy.targets.length, gateway.connections]
    expect((await ask()).status).toBe(200)
    expect(provider.refreshCount()).toBe(before + 1)
    expect(proxy.targets.slice(asked)).toContain(new URL(provider.issuer).host)
    expect(gateway.connections - direct).toBe(
      proxy.targets.slice(asked).filter((target) => target === gatewayHost()).length,
    )
    gateway.distrusts = () => false
    expect(running.stderr).not.toContain(secret)
    running.child.kill('SIGTERM')
    await running.ended
  })

  it('without the CA nothing is sent, and the hint names ca_file', async () => {
    await writeProfile()
    const before = gateway.requests
    const { exit, stdout, stderr } = await get()
    expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
    expect(stderr).toMatch(
      /^error: the certificate of traces\.corp\.example:\d+ is not signed by a CA that ls-auth trusts\n/,
    )
    expect(stderr).toMatch(
      /\nhint: .*the CAs of Node\.js, not those of the system\. .*ca_file \(or NODE_EXTRA_CA_CERTS\)/,
    )
    expect(gateway.requests).toBe(before)
  })

  it('NODE_EXTRA_CA_CERTS will do as well, alone and beside a ca_file', async () => {
    expect(await get({ NODE_EXTRA_CA_CERTS: caFile })).toMatchObject({ exit: 0, stderr: '' })
    const other = join(machine.home, 'other.pem')
    await writeFile(other, (await makeTls()).ca)
    await writeProfile(`ca_file = "${other}"`)
    expect(await get({ NODE_EXTRA_CA_CERTS: caFile })).toMatchObject({ exit: 0, stderr: '' })
    expect(await get()).toMatchObject({ exit: 10 })
    await writeProfile(`ca_file = "${caFile}"`)
  })

  it('a certificate for another name is refused', async () => {
    const { port } = new URL(provider.issuer)
    const api = `https://localhost:${port}`
    const { exit, stderr } = await get({ LS_AUTH_API: api })
    expect(exit).toBe(10)
    expect(stderr).toMatch(/^error: the certificate of localhost:\d+ is for another host\n/)
  })

  it('checks cannot be switched off: exit 10, and nobody is asked', async () => {
    const before = [proxy.connections, gateway.connections, provider.connections]
    for (const args of [['token'], ['trace', 'get', spanId], ['login', '--no-browser'], ['logout']]) {
      const { exit, stdout, stderr } = await machine.run(args, { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
      expect({ args, exit, stdout }).toEqual({ args, exit: 10, stdout: '' })
      expect(stderr).toContain('error: NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off\n')
    }
    expect([proxy.connections, gateway.connections, provider.connections]).toEqual(before)
  })
})

describe('a proxy that is in the way', () => {
  it('one that refuses is exit 6, and a session outlives it', async () => {
    proxy.refuse = true
    const { exit, stdout, stderr } = await get()
    expect({ exit, stdout }).toEqual({ exit: 6, stdout: '' })
    expect(stderr).toMatch(
      /^error: the proxy refused to reach traces\.corp\.example:\d+ \(HTTP 403\)\nhint: Check HTTPS_PROXY/,
    )
    // The token at hand is still good, so a renewal that fails is only worth a warning when less will do.
    expect(await machine.run(['token', '--min-ttl', '60m'])).toMatchObject({ exit: 6, stdout: '' })
    expect(await machine.run(['token'])).toMatchObject({ exit: 0, stderr: '' })
  })

  it('its password is needed, and shows nowhere', async () => {
    const stranger = proxy.url.replace('me:pass', 'me:wrong-word')
    const { exit, stderr } = await get({ HTTPS_PROXY: stranger })
    expect(exit).toBe(6)
    expect(stderr).toMatch(/^error: the proxy refused to reach .* \(HTTP 407\)\n/)
    expect(stderr).not.toContain('wrong-word')
    const debug = await machine.run(['trace', 'get', spanId, '--debug'])
    expect(debug.exit).toBe(0)
    expect(debug.stderr).toContain('debug: GET https://traces.corp.example:')
    expect(debug.stderr).not.toMatch(/pass|eyJ/)
  })

  it('one that does not exist is exit 6; the environment names it before the profile does', async () => {
    const nowhere = await startConnectProxy()
    await nowhere.close()
    const open = await startConnectProxy({ hosts: { [IDP]: '127.0.0.1', [TRACES]: '127.0.0.1' } })
    await writeProfile(`ca_file = "${caFile}"`, `proxy = "${open.url}"`)
    expect(await get({ HTTPS_PROXY: undefined })).toMatchObject({ exit: 0, stderr: '' })
    expect(open.tunnels).toBe(1)
    const { exit, stdout, stderr } = await get({ HTTPS_PROXY: nowhere.url })
    await writeProfile(`ca_file = "${caFile}"`)
    await open.close()
    expect({ exit, stdout }).toEqual({ exit: 6, stdout: '' })
    expect(stderr).toMatch(
      /^error: cannot reach the proxy on the way to traces\.corp\.example:\d+: no program listens there\nhint: Check HTTPS_/,
    )
  })

  it('NO_PROXY goes past it', async () => {
    const before = proxy.connections
    const { exit, stderr } = await get({ NO_PROXY: '.corp.example' })
    // No resolver knows the name: that it was looked up at all is the proof.
    expect(exit).toBe(6)
    expect(stderr).toMatch(/^error: cannot reach traces\.corp\.example:\d+: unknown host name/)
    expect(proxy.connections).toBe(before)
  })
})

describe('answers that must not be followed or swallowed', () => {
  it('a redirect is not followed: the token goes nowhere else', async () => {
    api.mode = 'redirect'
    const before = proxy.targets.length
    const { exit, stdout, stderr } = await get()
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
    expect(stderr).toMatch(/^error: traces\.corp\.example:\d+ redirects to another page instead of traces\n/)
    expect(proxy.targets.slice(before)).toEqual([gatewayHost()])
  })

  it('an answer that unpacks to a gigabyte is given up', async () => {
    api.mode = 'huge'
    const { exit, stdout, stderr } = await get()
    expect({ exit, stdout }).toEqual({ exit: 6, stdout: '' })
    expect(stderr).toMatch(/^error: the answer of traces\.corp\.example:\d+ is larger than \d+ bytes\n/)
  })
})

type Found = (error: null, address: string | { address: string; family: number }[], family?: number) => void

function toLoopback(_name: string, options: { all?: boolean | undefined }, found: Found): void {
  if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }])
  else found(null, '127.0.0.1', 4)
}
