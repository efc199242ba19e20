/** Compact tokens from parts, unsigned: for everything that only reads. */
export function tokenText(header: unknown, payload: unknown, signature = 'c2ln'): string {
  return `${part(JSON.stringify(header))}.${part(JSON.stringify(payload))}.${signature}`
}

/** One part from raw text or bytes, for what `JSON.stringify` would never write. */
export function part(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url')
}
