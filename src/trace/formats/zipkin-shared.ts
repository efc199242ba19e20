import { isObject, type JsonObject } from '../../json-object.ts'
import { groupBy } from '../group.ts'
import type { SpanMark } from '../model.ts'
import { hexOrMadeId, textOrNumber } from './foreign-json.ts'

export interface ZipkinSpan {
  readonly item: JsonObject
  readonly spanId: string
  /** The source has it under the id of another span, and this one is made. */
  readonly sharesId: boolean
  readonly parentId: string | undefined
  readonly parentMark: ParentMark | undefined
}

/**
 * Maps each of these trace ids to the trace of its spans. A program that knows ids of 64 bits alone drops the high half, so
 * spans of one trace may come with both. An id of 64 bits belongs to that of 128 bits with its low half. With several
 * candidates the right one is unknown, and a reader would believe the wrong one: then it is a trace of its own. Two ids of 128
 * bits are two traces, whatever their halves.
 */
export function wholeTraceIds(ids: Iterable<string>): (id: string) => string {
  const byHalf = groupBy(
    [...ids].filter((id) => !isHalf(id)),
    (id) => id.slice(16),
  )
  return (id) => {
    const [whole, ...others] = (isHalf(id) ? byHalf.get(id.slice(16)) : undefined) ?? []
    return whole !== undefined && others.length === 0 ? whole : id
  }
}

/** Of 64 bits: the zeros in front are padding. */
const isHalf = (traceId: string): boolean => traceId.startsWith('0'.repeat(16))

/**
 * Zipkin's B3 lets the server side of a call report under the client's span id, and marks it `shared`. Here each half gets an
 * id of its own. The server half gets a made one under the client half, and takes the children of its host. Other reports of one
 * id stay apart. Spans of one trace.
 */
export function separateHalves(items: readonly JsonObject[]): ZipkinSpan[] {
  const byId = groupBy(items, (item) => hexOrMadeId(item.id, 16) as string)
  const calls = new Map<string, SharedCall>()
  for (const [id, reports] of byId) if (reports.length > 1) calls.set(id, new SharedCall(id, reports))
  return [...byId].flatMap(([id, reports]) => {
    const call = calls.get(id)
    const halves = call?.halves ?? [{ item: reports[0]!, spanId: id, isBelow: false }]
    return halves.map(({ item, spanId, isBelow }): ZipkinSpan => {
      const own = { item, spanId, sharesId: spanId !== id }
      if (isBelow) return { ...own, parentId: id, parentMark: undefined }
      const named = hexOrMadeId(item.parentId, 16)
      const mark = parentMark(item.parentId, named, id)
      // A span that is its own parent is a root, as in Zipkin's UI.
      const parentId = named === undefined || mark ? undefined : (calls.get(named)?.parentOf(item) ?? named)
      return { ...own, parentId, parentMark: mark }
    })
  })
}

type ParentMark = Extract<SpanMark, 'parent-unreadable' | 'own-parent'>

/** `parent` is what was made of the parent id that is `given`; undefined where it cannot be read. */
function parentMark(given: unknown, parent: string | undefined, own: string): ParentMark | undefined {
  if (parent !== undefined) return parent === own ? 'own-parent' : undefined
  const named = given ?? ''
  return named !== '' && !/^0+$/.test(textOrNumber(named) ?? '') ? 'parent-unreadable' : undefined
}

interface Half {
  readonly item: JsonObject
  readonly spanId: string
  /** Below the half that keeps the id; else the two are beside each other. */
  readonly isBelow: boolean
}

class SharedCall {
  readonly halves: readonly Half[]
  readonly #servers = new Map<string, string>()
  readonly #clientPlaces: readonly string[]
  readonly #onlyServer: string | undefined

  constructor(id: string, items: readonly JsonObject[]) {
    const client = items.find((item) => !isServer(item))
    const holder = client ?? items.find(({ shared }) => shared !== true) ?? items[0]!
    this.#clientPlaces = client === undefined ? [] : placesOf(client)
    this.halves = items.map((item, at) => {
      if (item === holder || !isServer(item)) return { item, spanId: id, isBelow: false }
      const isBelow = client !== undefined || (item.shared === true && holder.shared !== true)
      return { item, spanId: hexOrMadeId(`${id} server ${at}`, 16) as string, isBelow }
    })
    const servers = this.halves.filter(({ item }) => isServer(item))
    for (const { item, spanId } of servers)
      for (const place of placesOf(item)) if (!this.#servers.has(place)) this.#servers.set(place, spanId)
    this.#onlyServer = servers.length === 1 ? servers[0]!.spanId : undefined
  }

  /** The id of the server that a child belongs to, by its host; undefined: the half that keeps the id. The only server called the rest. */
  parentOf(child: JsonObject): string | undefined {
    const [place = '', service = ''] = placesOf(child)
    const server = place === '' ? undefined : this.#servers.get(place)
    const isOfClient = this.#clientPlaces.includes(place) || this.#clientPlaces[0] === service
    return server ?? (place !== '' && isOfClient ? undefined : this.#onlyServer)
  }
}

/** A client that says its id is shared is mistaken, as in Zipkin's UI. */
const isServer = ({ kind, shared }: JsonObject): boolean =>
  kind === 'SERVER' || (shared === true && kind !== 'CLIENT')

/**
 * The origin of a report, in less and less exact texts: its address, its service, anywhere. A host with two addresses may give
 * IPv6 in some reports alone. Zipkin writes services in lower case.
 */
function placesOf({ localEndpoint }: JsonObject): readonly string[] {
  const { serviceName, ipv4, ipv6 } = isObject(localEndpoint) ? localEndpoint : {}
  const [name = '', v4, v6] = [serviceName, ipv4, ipv6].map((part) => textOrNumber(part)?.toLowerCase() ?? '')
  const address = v4 || v6
  return [...(address ? [`${name}|${address}`] : []), ...(name === '' ? [] : [name]), '']
}
