import type { KeyObject } from 'node:crypto'
import type { Jwt } from '../claims/jwt/jwt.ts'

/** Members for the header of a forged token, in place of those of the good one. */
type Header = Readonly<Record<string, unknown>> & { readonly alg: string }

/** The claims of a good token under another signature. `token`: a compact JWS; its payload is kept to the byte. */
export async function signedAgain(
  { token, jwt }: { readonly token: string; readonly jwt: Jwt },
  header: Header,
  key: KeyObject | Uint8Array,
): Promise<string> {
  const { CompactSign } = await import('jose')
  const payload = Buffer.from(part(token, 1), 'base64url')
  return new CompactSign(payload).setProtectedHeader({ ...jwt.header, ...header }).sign(key)
}

/** The claims of a good token under `alg: none` (RFC 7515 §A.5), or what `alg` names instead: without a signature, or with this. */
export const unsigned = (token: string, { header }: Jwt, alg = 'none', signature = ''): string =>
  `${encoded({ ...header, alg })}.${part(token, 1)}.${signature}`

/** A good token whose signature is empty. */
export const withoutSignature = (token: string): string => `${part(token, 0)}.${part(token, 1)}.`

/** Bytes in the place of a signature that are none of anything, whatever the key. */
export const NO_SIGNATURE = Buffer.from('this is no signature').toString('base64url')

/** A good token whose signature differs in its last bit. */
export function withFlippedBit(token: string): string {
  const signature = Buffer.from(part(token, 2), 'base64url')
  const last = signature.length - 1
  signature[last] = (signature[last] ?? 0) ^ 1
  return `${part(token, 0)}.${part(token, 1)}.${signature.toString('base64url')}`
}

/** A good token that says it lives a minute longer, under the same signature. */
export function withLaterEnd(token: string, { payload }: Jwt): string {
  const exp = typeof payload.exp === 'number' ? payload.exp + 60 : 4_102_444_800
  return `${part(token, 0)}.${encoded({ ...payload, exp })}.${part(token, 2)}`
}

const part = (token: string, index: 0 | 1 | 2): string => token.split('.')[index] as string

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
