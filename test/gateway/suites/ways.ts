import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AGENTS } from '../../process/mcp/agent.ts'
import { fileStore, loginArgs, signIn } from '../../process/sign-in.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace, rootOf } from '../../world/trace-data.ts'
import { type AccessLine, type ApacheGateway, startApache } from '../apache.ts'
import { API_KEY } from './fixture.ts'

/** The gateway's log tells by which way of ls-auth a person has read: typed, or through an agent. */
export function waySuite(): void {
  const trace = makeTrace({ seed: 7 })
  const rootId = rootOf(trace)?.spanId as string
  let provider: Provider
  let api: TempoApi
  let gateway: ApacheGateway
  let machine: Machine

  beforeAll(async () => {
    provider = await startProvider()
    api = await startTempoApi({ traces: [trace], apiKey: API_KEY })
    const variables = { GW_BACKEND: 'tempo', GW_GROUP: 'ops' }
    gateway = await startApache({ issuer: provider.issuer, upstream: api.url, apiKey: API_KEY, variables })
    machine = await openMachine()
    const { ended } = await signIn(machine, login())
    expect(ended.exit, ended.stderr).toBe(0)
  })
  afterAll(async () => {
    await gateway?.close()
    await Promise.all([machine, api, provider].map((part) => part?.close()))
  })

  const login = () => {
    const settings = ['--api', gateway.url, '--backend', 'tempo', '--scope', SCOPES]
    return [...loginArgs(provider), ...fileStore(machine), ...settings]
  }
  /** A `traceparent` of its own, by which a person finds a request in the log. */
  const newParent = () => `00-${randomBytes(16).toString('hex')}-00f067aa0ba902b7-01`
  const MCP = /^ls-auth\/\S+ \(\w+; mcp; test-agent\/1\.2\)$/
  /** The line of a request; what the caller says of itself is decoded. */
  async function logged(mark: string): Promise<AccessLine> {
    const line = await gateway.line(mark)
    return { ...line, agent: decodeURIComponent(line.agent) }
  }

  it.each(Object.entries(AGENTS))(
    'an agent reads, by %s: the person, the way mcp, and its name',
    async (_, start) => {
      const agent = await start(machine, [])
      for (const [tool, args, path] of [
        ['get_trace', { id: trace.traceId }, /^\/api\/v2\/traces\//],
        ['get_span_details', { id: trace.traceId, spans: [rootId] }, /^\/api\/v2\/traces\//],
        ['search_traces', { from: '-1h' }, /^\/api\/search$/],
        ['get_services', {}, /^\/api\/v2\/search\/tag\//],
      ] as const) {
        const traceparent = newParent()
        const { text, isError } = await agent.call(tool, args, { traceparent })
        expect({ tool, isError, text }).toMatchObject({ tool, isError: false })
        expect(await logged(traceparent)).toMatchObject({
          sub: 'alice',
          client: provider.clientId,
          status: 200,
          path: expect.stringMatching(path),
          agent: expect.stringMatching(MCP),
        })
      }
      expect(await agent.close()).toMatchObject({ exit: 0, stderr: '' })
    },
  )

  it.each([
    ['cli', ['services', '--reason', 'typed']],
    ['exec', ['exec', '--proxy', '--reason', 'under exec', '--', process.execPath, BINARY, 'services']],
  ])('what is typed reads by another way: %s', async (way, args) => {
    expect(await machine.run(args)).toMatchObject({ exit: 0, stdout: expect.stringContaining('frontend') })
    const reason = encodeURIComponent(args[args.indexOf('--reason') + 1] as string)
    expect(await logged(`"reason":"${reason}"`)).toMatchObject({
      sub: 'alice',
      agent: expect.stringMatching(new RegExp(`^ls-auth/\\S+ \\(\\w+; ${way}\\)$`)),
    })
  })
}
