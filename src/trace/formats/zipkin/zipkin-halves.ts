import type { JsonObject } from '../../../json-object.ts'
import { mergedParts } from './merged-parts.ts'
import { fits, type Host, joined } from './zipkin-host.ts'
import { byCertainty, type Part, partOf } from './zipkin-part.ts'

/** The client or a server half of a call, or a span that shares its id with none. */
export interface Half {
  readonly item: JsonObject
  readonly host: Host
  readonly isServer: boolean
  /** It says itself that the id is another's. */
  readonly isShared: boolean
  readonly start: number | undefined
}

/**
 * The halves that these parts with one id are of, clients first. As in Zipkin, parts are of one half where they are of one side and
 * their hosts fit; but two that each have a start and a duration, and do not overlap, are two calls (a retry). In whatever
 * order the parts come, the halves are the same.
 */
export function halvesOf(items: readonly JsonObject[]): Half[] {
  const halves: GrowingHalf[] = []
  for (const part of items.map(partOf).sort(byCertainty)) {
    // The latest are those of the same host. Without an end of it, thousands of answers to one id would take minutes.
    const near = halves.slice(-MOST_NEAR).filter((half) => half.takes(part))
    const clients = near.filter(({ isServer }) => !isServer)
    const fitting = clients.length > 0 ? clients : near
    const half =
      fitting.find(({ starts }) => part.start !== undefined && starts.has(part.start)) ?? fitting[0]
    if (half) half.add(part)
    else halves.push(new GrowingHalf(part))
  }
  return [...halves.filter(({ isServer }) => !isServer), ...halves.filter(({ isServer }) => isServer)].map(
    (half) => half.whole(),
  )
}

/** How many halves are looked at for one part. */
const MOST_NEAR = 100

class GrowingHalf {
  readonly isServer: boolean
  readonly starts = new Set<number>()
  readonly #parts: Part[] = []
  #host: Host
  #isShared = false
  /** Of the parts that have a start and a duration. */
  #latestStart = Number.NEGATIVE_INFINITY
  #earliestEnd = Number.POSITIVE_INFINITY

  constructor(part: Part) {
    this.isServer = part.side === 'server'
    this.#host = part.host
    this.add(part)
  }

  takes({ side, host, start, duration }: Part): boolean {
    if (side === 'unknown' ? host.told > 0 && this.#isShared : (side === 'server') !== this.isServer)
      return false
    if (!fits(host, this.#host)) return false
    if (start === undefined || duration === undefined) return true
    return start + duration >= this.#latestStart && start <= this.#earliestEnd
  }

  add(part: Part): void {
    const { start, duration } = part
    this.#parts.push(part)
    this.#host = joined(this.#host, part.host)
    this.#isShared ||= part.item.shared === true
    if (start === undefined) return
    this.starts.add(start)
    if (duration === undefined) return
    this.#latestStart = Math.max(this.#latestStart, start)
    this.#earliestEnd = Math.min(this.#earliestEnd, start + duration)
  }

  whole(): Half {
    const [start] = [...this.starts].sort((a, b) => a - b)
    return {
      item: mergedParts(this.#parts),
      host: this.#host,
      isServer: this.isServer,
      isShared: this.#isShared,
      start,
    }
  }
}
