import type { JsonObject } from '../../../json-object.ts'
import { asInteger } from '../integer.ts'
import { type Host, hostOf } from './zipkin-host.ts'

/** One report of a span, of which Zipkin may have several. */
export interface Part {
  readonly item: JsonObject
  readonly host: Host
  readonly side: Side
  /** In microseconds; undefined where there is none. */
  readonly start: number | undefined
  readonly duration: number | undefined
  /** Orders parts that are alike in all else. */
  readonly text: string
}

/** A late report may have no kind: then its host says whose it is. */
type Side = 'client' | 'server' | 'unknown'

/** Reads what tells one part from another. */
export function partOf(item: JsonObject): Part {
  let text: string | undefined
  return {
    item,
    host: hostOf(item),
    side: sideOf(item),
    start: startOf(item),
    duration: micros(item.duration),
    // Few parts are alike in all else.
    get text() {
      text ??= jsonText(item) ?? ''
      return text
    },
  }
}

/** A value as JSON; undefined where it is nested deeper than this can be written. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A client that says its id is shared is mistaken, as in Zipkin's UI. */
function sideOf({ kind, shared }: JsonObject): Side {
  if (kind === 'SERVER' || (shared === true && kind !== 'CLIENT')) return 'server'
  return typeof kind === 'string' && kind !== '' ? 'client' : 'unknown'
}

/** In microseconds. */
export const startOf = (item: JsonObject): number | undefined => micros(item.timestamp)

/** 0 is none in Zipkin. */
function micros(value: unknown): number | undefined {
  const number = Number(asInteger(value) ?? 0n)
  return number > 0 ? number : undefined
}

/** Clients first, as in Zipkin; then those that say most, so that what fits many hosts founds no half that takes them all. */
export function byCertainty(a: Part, b: Part): number {
  return rank(a) - rank(b) || b.host.told - a.host.told || compare(a.host.key, b.host.key) || byStart(a, b)
}

const rank = ({ side, item }: Part): number => (item.kind === 'CLIENT' ? 0 : side === 'unknown' ? 2 : 1)

/** The earliest first; those without a start last. */
export function byStart(a: Part, b: Part): number {
  const [none, never] = [Number.MAX_VALUE, 0]
  return (
    compare(a.start ?? none, b.start ?? none) ||
    compare(b.duration ?? never, a.duration ?? never) ||
    compare(a.text, b.text)
  )
}

const compare = <Value extends string | number>(a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0)
