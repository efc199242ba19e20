import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { traceByIdResponse, tracesData } from '../../world/trace/protobuf.ts'
import type { SpanData, TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const NOW = Date.parse('2026-09-22T18:00:00Z')
/** The commands that read all traces that a search finds. */
const BREAKDOWN = 'trace breakdown --service checkout'
const DIFF = 'trace diff --a service=checkout --b service=checkout'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.fastForward = true
  world.clockOffset = NOW - Date.now()
})
afterEach(() => world.close())

describe('large traces behind a slow one', () => {
  const SPANS = 45_000
  const traces = plantedTraces(14, (NOW - 600_000) * 1000)
  let tempo: TempoApi
  beforeEach(async () => {
    tempo = await startTempoApi({ traces, filters: true })
    tempo.mode = 'no-metrics'
    await world.writeConfig(`[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`)
  })
  afterEach(() => tempo.close())

  /** The answer for any trace: its id is put in. */
  const [model] = traces as [TraceData]
  const span = (i: number): SpanData => ({
    ...{ spanId: (i + 1).toString(16).padStart(16, '0'), name: 'get', service: 'checkout', kind: 'server' },
    ...{ startMicros: NOW * 1000, endMicros: NOW * 1000 + 5, error: i === 0, tags: {} },
  })
  const bytes = traceByIdResponse(
    tracesData(
      toOtlpDocument([{ ...model, spans: Array.from({ length: SPANS }, (_, i) => span(i)) }], 'hex'),
    ),
  )
  const idOf = (hex: string) => Buffer.from(hex, 'hex').toString('latin1')
  const answerFor = (id: string): HttpAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/protobuf' },
    body: Buffer.from(bytes.toString('latin1').replaceAll(idOf(model.traceId), idOf(id)), 'latin1'),
  })

  it.each([BREAKDOWN, DIFF.replace(/(service=checkout)$/, "'$1 limit=1'")])(
    'few of them are held: %s',
    async (command) => {
      const asked: string[] = []
      let [last, heldBehindFirst] = [Date.now(), 0]
      /** Until nothing more has been asked for in a while. */
      const quiet = async () => {
        for (let seen = -1; seen !== asked.length || Date.now() - last < 500; ) {
          seen = asked.length
          await pause(250)
        }
      }
      const send = async ({ url }: HttpRequest): Promise<HttpAnswer | undefined> => {
        const [, id] = /traces\/([\da-f]+)$/.exec(url.pathname) ?? []
        if (id === undefined) return undefined
        asked.push(id)
        last = Date.now()
        if (asked.length === 1) {
          await quiet()
          heldBehindFirst = asked.length - 1
        }
        last = Date.now()
        return answerFor(id)
      }
      world.override.http = async (settings) => {
        const client = await openHttp(settings, { variables: world.variables } as never)
        return { ...client, send: async (request) => (await send(request)) ?? client.send(request) }
      }
      const outcome = await world.type(`ls-auth ${command} --json`)
      expect(outcome).toMatchObject({ exit: 0 })
      // Eight are read at once: those that were begun when the first ones came are held, and no more.
      expect(heldBehindFirst).toBeLessThanOrEqual(8)
      expect(heldBehindFirst).toBeGreaterThan(0)
    },
  )
})
