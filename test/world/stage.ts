import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
import { type Provider, type ProviderOptions, startProvider } from './provider.ts'
import { startTraceApi, type TraceApi } from './trace-api.ts'
import { makeTrace, type TraceData } from './trace-data.ts'
import { openWorld, type World, type WorldOptions } from './world.ts'

/** Everything one story needs, already running: provider, trace API, gateway, and a person's machine. */
export interface Stage {
  readonly provider: Provider
  readonly api: TraceApi
  readonly gateway: Gateway
  readonly world: World
  readonly trace: TraceData
  /** A span id of the trace. */
  readonly spanId: string
  /** The whole `ls-auth login …` line that makes the profile; more flags are appended. */
  login(flags?: string): string
  close(): Promise<void>
}

export const SCOPES = 'openid profile email groups offline_access traces:read'
const API_KEY = 'ls-key-that-stays-at-the-gateway'

export async function openStage(
  options: { provider?: ProviderOptions; gateway?: Partial<GatewayOptions>; world?: WorldOptions } = {},
): Promise<Stage> {
  const provider = await startProvider(options.provider)
  const trace = makeTrace({ seed: 7 })
  const api = await startTraceApi({ apiKey: API_KEY, organization: 'acme', project: 'prod', traces: [trace] })
  const gateway = await startGateway({
    issuer: provider.issuer,
    audience: 'api://traces',
    scope: 'traces:read',
    upstream: api.url,
    apiKey: API_KEY,
    ...options.gateway,
  })
  const world = await openWorld({
    visitor: { user: 'alice' },
    secrets: () => [...provider.secrets, API_KEY],
    ...options.world,
  })
  return {
    provider,
    api,
    gateway,
    world,
    trace,
    spanId: trace.spans.find((span) => span.parentId === undefined)?.spanId as string,
    login: (flags = '') =>
      `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api ${gateway.url} ` +
      `--organization acme --project prod --scope "${SCOPES}" ${flags}`,
    async close() {
      await Promise.all([provider.close(), api.close(), gateway.close(), world.close()])
    },
  }
}
