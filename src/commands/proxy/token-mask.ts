import type { ByteFilter } from '../../ports/local-server.ts'

/** Shorter ones are no secrets of an issuer, and would be found in many a word. */
const SHORTEST = 16

/**
 * Replaces the token in bytes that pass by with as many `x`, so that no length changes: an API may echo what it was sent,
 * and whoever asks the proxy must not get it. Bytes that the API compresses, though it was asked not to, are not for this.
 * Undefined for a token that is too short to look for.
 */
export function tokenMask(token: string): ByteFilter | undefined {
  if (token.length < SHORTEST) return undefined
  const wanted = Buffer.from(token, 'latin1')
  let kept: Buffer = Buffer.alloc(0)
  return {
    push(bytes) {
      const all = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
      for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length))
        all.fill('x', at, at + wanted.length)
      const begun = beginOf(wanted, all)
      kept = all.subarray(all.length - begun)
      return all.subarray(0, all.length - begun)
    },
    end: () => kept,
  }
}

/** How many bytes at the end of `all` may be the beginning of `wanted`. */
function beginOf(wanted: Buffer, all: Buffer): number {
  for (let at = Math.max(0, all.length - wanted.length + 1); at < all.length; at += 1) {
    at = all.indexOf(wanted[0] as number, at)
    if (at < 0) return 0
    if (all.subarray(at).equals(wanted.subarray(0, all.length - at))) return all.length - at
  }
  return 0
}

/** The same for a text. */
export const withoutToken = (text: string, token: string | undefined): string =>
  token === undefined || token.length < SHORTEST ? text : text.replaceAll(token, 'x'.repeat(token.length))
