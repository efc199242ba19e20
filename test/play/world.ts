import { startGateway } from '../world/gateway.ts'
import { startJaegerApi } from '../world/jaeger-api.ts'
import { startProvider } from '../world/provider.ts'
import { startTempoApi } from '../world/tempo-api.ts'
import { startTraceApi } from '../world/trace-api.ts'
import { startTraffic, type Traffic } from './traffic.ts'

/** An identity provider, a gateway with a Tempo behind it, another with Lightstep's API, and a Jaeger, all on loopback. */
export interface PlayWorld {
  readonly issuer: string
  readonly clientId: string
  /** Origins. */
  readonly gateway: string
  readonly lightstep: string
  readonly jaeger: string
  readonly traffic: Traffic
  close(): Promise<void>
}

/** Fixed, so that documents can show the addresses. */
const PORTS = { provider: 9400, gateway: 9401, lightstep: 9402, jaeger: 9403 }
/** Free ones. */
export const ANY_PORTS: typeof PORTS = { provider: 0, gateway: 0, lightstep: 0, jaeger: 0 }

const API_KEY = 'play-api-key'

/** Rejects with EADDRINUSE when a port is taken; nothing is left running then. */
export async function startPlayWorld(ports = PORTS): Promise<PlayWorld> {
  const traffic = startTraffic()
  const { traces } = traffic
  const running: { close(): Promise<void> }[] = []
  const close = async () => {
    traffic.stop()
    await Promise.all(running.map((one) => one.close()))
  }
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    running.push(one)
    return one
  }
  try {
    const provider = keep(await startProvider({ port: ports.provider, deviceInterval: 1 }))
    const api = keep(await startTraceApi({ apiKey: API_KEY, traces }))
    // A person waits.
    api.snapshots.looksUntilReady = 0
    const { issuer, clientId } = provider
    const rules = { issuer, audience: 'api://traces', scope: 'traces:read', apiKey: API_KEY }
    const tempo = keep(await startTempoApi({ traces, filters: true }))
    const gateway = keep(
      await startGateway({
        ...rules,
        port: ports.gateway,
        upstream: tempo.url,
        signIn: { client_id: clientId, backend: 'tempo' },
      }),
    )
    const lightstep = keep(
      await startGateway({
        ...rules,
        port: ports.lightstep,
        upstream: api.url,
        takesSnapshots: true,
        signIn: { client_id: clientId, backend: 'lightstep', organization: 'acme', project: 'prod' },
      }),
    )
    const jaeger = keep(await startJaegerApi({ port: ports.jaeger, traces }))
    return {
      issuer,
      clientId,
      gateway: gateway.url,
      lightstep: lightstep.url,
      jaeger: jaeger.url,
      traffic,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
