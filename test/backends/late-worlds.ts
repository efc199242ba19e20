import { searchTempo } from '../../src/backends/tempo/tempo-search.ts'
import type { Send } from '../../src/backends/trace-source.ts'
import { Failure } from '../../src/errors.ts'
import { startTempoApi, type TempoOptions } from '../world/tempo-api.ts'
import { seeded } from '../world/trace/random.ts'
import type { TraceData } from '../world/trace-data.ts'

const NOW = 1_790_000_000_000
const MINUTE = 60_000

/** What became of the traces of all worlds. `lost`: searches that left traces out and said that they were all. */
export interface LateCounts {
  readonly worlds: number
  readonly traces: number
  readonly late: number
  readonly found: number
  /** Searches that found all, and that said that there may be more. */
  readonly whole: number
  readonly openEnded: number
  /** Searches of more traces than this Tempo gives: an error that names the most. */
  readonly refused: number
  readonly lost: number
}

/** Searches of a Tempo whose traces came live, or late: of a batch job, a collector that was cut off, a queue that is replayed. */
export async function countLateWorlds(worlds: number, seed: number): Promise<LateCounts> {
  const random = seeded(seed)
  const [traces, arrivals] = [[] as TraceData[], new Map<string, number>()]
  const options: TempoOptions & { maxLimit: number } = { traces, arrivals, maxLimit: 0 }
  const tempo = await startTempoApi(options)
  const send = sendTo(tempo.url)
  const counts = { worlds, traces: 0, late: 0, found: 0, whole: 0, openEnded: 0, refused: 0, lost: 0 }
  for (let n = 0; n < worlds; n++) {
    traces.length = 0
    arrivals.clear()
    const span = { name: 'get', service: 'shop', kind: 'server', error: false, tags: {} } as const
    for (let left = random.between(0, 700); left > 0; left--) {
      const began = NOW - random.between(1, 30 * MINUTE)
      const ended = began + random.between(1, 5000)
      const isLate = random.between(0, 2) === 0
      const arrived = isLate ? random.between(Math.min(ended, NOW), NOW) : ended
      const traceId = random.hex(32)
      const times = { startMicros: began * 1000, endMicros: ended * 1000 }
      traces.push({ traceId, spans: [{ ...span, ...times, spanId: random.hex(16) }] })
      arrivals.set(traceId, arrived)
      if (arrived - began > 2 * MINUTE) counts.late++
    }
    counts.traces += traces.length
    const limit = random.between(1, 1000)
    options.maxLimit = random.between(0, 4) === 0 ? random.between(Math.min(limit, 100), 1200) : 10_000
    const [fromMillis, toMillis] = [NOW - random.between(5, 40) * MINUTE, NOW]
    const filter = { attributes: [], errors: false, fromMillis, toMillis, limit }
    const result = await searchTempo(filter, send).catch((error) => {
      if (!(error instanceof Failure) || error.code !== 'usage') throw error
    })
    if (result === undefined) {
      counts.refused++
      continue
    }
    const inTime = traces.filter(({ spans }) => (spans[0]?.endMicros ?? 0) >= fromMillis * 1000).length
    counts.found += result.traces.length
    if (result.traces.length === inTime) counts.whole++
    if (result.truncated) counts.openEnded++
    if (result.traces.length < inTime && !result.truncated) counts.lost++
  }
  await tempo.close()
  return counts
}

const sendTo =
  (base: string): Send =>
  async ({ path, query = {} }) => {
    const answer = await fetch(`${base}${path}?${new URLSearchParams(query)}`)
    const body = new Uint8Array(await answer.arrayBuffer())
    const json = () => JSON.parse(Buffer.from(body).toString('utf8')) as unknown
    return { status: answer.status, headers: {}, body, maxBytes: 0, json } as Awaited<ReturnType<Send>>
  }
