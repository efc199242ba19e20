/**
 * A palette index that is a hash (FNV-1a) of the service's name alone, so that it keeps its colour in every trace and
 * run.
 */
export function serviceColour(service: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < service.length; i++) {
    hash = Math.imul(hash ^ service.charCodeAt(i), 0x01000193)
  }
  // The low bits alone, all that a palette of eight uses, clump for short names: MurmurHash3's finisher spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
