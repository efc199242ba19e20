import type { Attributes, Span, Trace } from '../../../src/trace/model.ts'
import { seeded } from '../../world/trace/random.ts'
import { makeSpan } from '../make.ts'

/** Traces whose spans fail, or are slow, more often with one attribute value: the truth that a ranking should find. */
export interface PlantedWorld {
  readonly traces: readonly Trace[]
  readonly by: 'errors' | 'duration'
  /** What is slow takes longer than this. */
  readonly slowNanos: number
  /** Undefined: there is no cause. */
  readonly cause: { readonly attribute: string; readonly value: string } | undefined
}

const SLOW_MS = 500
const NOISE = ['http.route', 'region', 'flag', 'tier', 'shard', 'queue', 'db.system', 'client']

/** The same world for the same seed. `hasCause`: false for one in which what fails is chance alone. */
export function plantWorld(seed: number, hasCause: boolean): PlantedWorld {
  const random = seeded(seed * 2 + (hasCause ? 1 : 0))
  const chance = (percent: number) => random.between(1, 1000) <= percent * 10
  const by = chance(50) ? 'errors' : 'duration'
  const values = Object.fromEntries(NOISE.map((name) => [name, random.between(2, 25)]))
  const carried = random.between(5, 40)
  const usual = random.between(1, 10)
  // From an effect that nobody could see to one that leaves no doubt.
  const caused = hasCause ? usual + random.between(2, 70) : usual
  const perTrace = random.between(1, 4)
  const traces = Array.from({ length: random.between(40, 250) }, (_, n): Trace => {
    const traceId = (n + 1).toString(16).padStart(32, '0')
    const customer = `c${random.between(1, 60)}`
    const spans = Array.from({ length: perTrace }, (_, i): Span => {
      const carries = chance(carried)
      const isSelected = chance(carries ? caused : usual)
      const ms =
        by === 'duration' && isSelected ? SLOW_MS + random.between(1, 900) : random.between(5, SLOW_MS)
      const fails = by === 'errors' ? isSelected : chance(5)
      const attributes: Attributes = [
        ...NOISE.map((name) => [name, `v${random.between(1, values[name] as number)}`] as const),
        ['pod', carries ? 'pod-7' : `pod-${random.between(0, 6)}`],
        ['customer.number', customer],
        ['request.number', `${traceId.slice(-6)}-${i}`],
        ['error', fails],
      ]
      return { ...makeSpan({ id: i + 1, ms, status: fails ? 'error' : 'unset' }), attributes }
    })
    return { traceId, spans }
  })
  return {
    traces,
    by,
    slowNanos: SLOW_MS * 1e6,
    cause: hasCause ? { attribute: 'span.pod', value: 'pod-7' } : undefined,
  }
}
