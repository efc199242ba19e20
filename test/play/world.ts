import { startGateway } from '../world/gateway.ts'
import { startJaegerApi } from '../world/jaeger-api.ts'
import { startProvider } from '../world/provider.ts'
import { startTempoApi } from '../world/tempo-api.ts'
import { startTraceApi } from '../world/trace-api.ts'
import { startTraffic, type Traffic } from './traffic.ts'

/** An identity provider, a gateway with Lightstep's API behind it, a Tempo and a Jaeger, all on loopback. */
export interface PlayWorld {
  readonly issuer: string
  readonly clientId: string
  /** Origins. */
  readonly gateway: string
  readonly tempo: string
  readonly jaeger: string
  readonly traffic: Traffic
  close(): Promise<void>
}

/** Fixed, so that documents can show the addresses. */
const PORTS = { provider: 9400, gateway: 9401, tempo: 9402, jaeger: 9403 }

const API_KEY = 'play-api-key'

/** Rejects with EADDRINUSE when a port is taken; nothing is left running then. Ports of 0 are free ones. */
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
    const gateway = keep(
      await startGateway({
        port: ports.gateway,
        issuer: provider.issuer,
        audience: 'api://traces',
        scope: 'traces:read',
        upstream: api.url,
        apiKey: API_KEY,
        takesSnapshots: true,
        signIn: { client_id: provider.clientId, backend: 'lightstep', organization: 'acme', project: 'prod' },
      }),
    )
    const tempo = keep(await startTempoApi({ port: ports.tempo, traces, filters: true }))
    const jaeger = keep(await startJaegerApi({ port: ports.jaeger, traces }))
    const { issuer, clientId } = provider
    return {
      issuer,
      clientId,
      gateway: gateway.url,
      tempo: tempo.url,
      jaeger: jaeger.url,
      traffic,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
