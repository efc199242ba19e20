import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { httpServer, type Listening, listen, type ServerIdentity } from '../../world/loopback-server.ts'
import { openStage, SCOPES, type Stage } from '../../world/stage.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { openWorld, type World } from '../../world/world.ts'

/** What the failures of the table need: a provider, back ends with and without a door, and a person's machine for each row. */
export interface Place {
  readonly stage: Stage
  readonly tempo: TempoApi
  readonly jaeger: JaegerApi
  /** A Tempo of several tenants. */
  readonly tenants: TempoApi
  world: World
  /** A file with one trace. */
  readonly file: string
  /** A server that answers everything in one way, on https with an identity; its address. */
  answering(answer: RequestListener, tls?: ServerIdentity): Promise<string>
  /** `[profiles.NAME]` of the stage, without the given keys and with other lines. */
  profile(name: string, options?: { without?: readonly string[]; lines?: string }): string
  /** A new machine, for the next row. */
  renew(): Promise<void>
  close(): Promise<void>
}

export async function openPlace(): Promise<Place> {
  const stage = await openStage()
  const traces = [stage.trace]
  const [tempo, jaeger, tenants] = await Promise.all([
    startTempoApi({ traces }),
    startJaegerApi({ traces }),
    startTempoApi({ traces, tenant: 'acme' }),
  ])
  const answering: Listening[] = []
  const open = () => openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets })
  const file = join(stage.world.home, 'trace.json')
  const spans = [
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      id: '00f067aa0ba902b7',
      name: 'GET',
      timestamp: 1,
      duration: 1,
    },
  ]
  await writeFile(file, JSON.stringify(spans))
  const place: Place = {
    stage,
    tempo,
    jaeger,
    tenants,
    world: await open(),
    file,
    async answering(answer, tls) {
      const server = await listen(httpServer(answer, tls))
      answering.push(server)
      return `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`
    },
    profile: (name, { without = [], lines = '' } = {}) => {
      const values = {
        issuer: stage.provider.issuer,
        client_id: stage.provider.clientId,
        api: stage.gateway.url,
        organization: 'acme',
        project: 'prod',
        scopes: SCOPES.split(' '),
      }
      const kept = Object.entries(values).filter(([key]) => !without.includes(key))
      return `[profiles.${name}]\n${kept.map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('')}${lines}\n`
    },
    async renew() {
      await place.world.close()
      stage.provider.tamper = {}
      jaeger.mode = 'v3'
      place.world = await open()
    },
    async close() {
      const servers = [stage, tempo, jaeger, tenants, place.world, ...answering]
      await Promise.all(servers.map((one) => one.close()))
    },
  }
  return place
}
