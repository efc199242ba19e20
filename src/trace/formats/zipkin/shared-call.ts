import type { JsonObject } from '../../../json-object.ts'
import { groupBy } from '../../group.ts'
import type { FreeIds } from './free-ids.ts'
import { byBeginning, lastBegun } from './last-begun.ts'
import { Resembling } from './resembling.ts'
import { type Half, halvesOf } from './zipkin-halves.ts'
import { hostOf, resembles } from './zipkin-host.ts'
import { startOf } from './zipkin-part.ts'

type OwnHalf = Half & { readonly spanId: string }

/** The halves of a call that have one id in Zipkin, each with an id of its own. */
export class SharedCall {
  readonly spans: readonly OwnHalf[]
  /** The half that keeps the id: the client, else the server that does not say it shares its id, else the first. */
  readonly #holder: Half
  /** The earliest first. */
  readonly #servers: readonly OwnHalf[]
  readonly #serversByHost: ReadonlyMap<string, readonly OwnHalf[]>
  /** Made when a child asks: few do. */
  #resembling: Resembling<OwnHalf> | undefined
  readonly #below: ReadonlySet<string>

  constructor(id: string, parts: readonly JsonObject[], free: FreeIds) {
    const halves = halvesOf(parts)
    const holder =
      halves.find((half) => !half.isServer) ?? halves.find((half) => !half.isShared) ?? halves[0]!
    this.#holder = holder
    this.spans = halves.map((half) => {
      return { ...half, spanId: half !== holder && half.isServer ? free.instead(id) : id }
    })
    this.#servers = this.spans.filter(({ isServer }) => isServer).sort(byBeginning)
    const isCalled = (half: Half) => !holder.isServer || (half.isShared && !holder.isShared)
    this.#below = new Set(this.#servers.filter(isCalled).map(({ spanId }) => spanId))
    this.#serversByHost = groupBy(this.#servers, ({ host }) => host.key)
  }

  /** Whether the half with this made id is below the one that keeps the id; else the two are beside each other. */
  isBelow(spanId: string): boolean {
    return this.#below.has(spanId)
  }

  /**
   * The id of the half that a child belongs to. As in Zipkin's `SpanNode`, a server at the child's endpoint comes first, then the
   * client; where that is no whole endpoint, whatever resembles it most. What is at neither was called by the only server.
   */
  parentOf(child: JsonObject): string | undefined {
    const host = hostOf(child)
    const same = host.told > 0 ? this.#serversByHost.get(host.key) : undefined
    if (same) return calledBy(child, same)
    const client = this.#holder.isServer ? undefined : this.#holder.host
    if (client && client.key === host.key && host.told > 0) return undefined
    this.#resembling ??= new Resembling(this.#servers)
    const near = this.#resembling.of(host).flatMap((servers) => lastBegun(servers, startOf(child)) ?? [])
    if (near.length > 0) return calledBy(child, near.sort(byBeginning))
    if (client && resembles(host, client)) return undefined
    return this.#servers.length === 1 ? this.#servers[0]!.spanId : undefined
  }
}

/** The id of the one that had begun last: the clock is the same. */
const calledBy = (child: JsonObject, servers: readonly OwnHalf[]): string | undefined =>
  lastBegun(servers, startOf(child))?.spanId
