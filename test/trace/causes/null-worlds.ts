import type { Span, Trace } from '../../../src/trace/model.ts'
import { type Random, seeded } from '../../world/trace/random.ts'
import { makeSpan } from '../make.ts'

/** How the spans of requests lie together. Pod and failure have nothing to do with each other. */
export interface NullShape {
  readonly requests: number
  /** Spans of the shop in a request: as many, or from the first to the second number. */
  readonly spans: number | readonly [least: number, most: number]
  /** A span on the gateway's own host comes first. */
  readonly hasGateway: boolean
  /** A request has one pod, or each span its own. */
  readonly pods: 'of-request' | 'of-span'
  /** A request fails as a whole, each span by itself, or one span of a request. */
  readonly failures: 'whole' | 'spans' | 'one'
}

/** As many requests as the shape says, with failures that have no cause. The same for the same seed. */
export function nullWorld(seed: number, shape: NullShape): Trace[] {
  const random = seeded(seed)
  return Array.from({ length: shape.requests }, (_, i) => ({
    traceId: (i + 1).toString(16).padStart(32, '0'),
    spans: requestOf(random, shape),
  }))
}

function requestOf(random: Random, { spans, hasGateway, pods, failures }: NullShape): Span[] {
  const [least, most] = typeof spans === 'number' ? [spans, spans] : spans
  const podOf = () => `pod-${random.between(1, 2)}`
  const isBad = () => random.between(1, 10) <= 3
  const [pod, isWhole] = [podOf(), isBad()]
  const shop = random.between(least, most)
  const all = hasGateway ? shop + 1 : shop
  const failing = random.between(0, all - 1)
  return Array.from({ length: all }, (_, i) => {
    const fails = { whole: isWhole, spans: isBad(), one: isWhole && i === failing }[failures]
    const isGateway = hasGateway && i === 0
    const host = isGateway ? 'gw-1' : pods === 'of-request' ? pod : podOf()
    const service = isGateway ? 'gateway' : 'shop'
    const name = isGateway ? 'GET /' : `step ${i}`
    const span = makeSpan({ id: i + 1, name, service, ms: 5, status: fails ? 'error' : 'unset' })
    return { ...span, resource: [['host.name', host]] }
  })
}
