import { createHash, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { signJwt } from '../../world/provider/keys.ts'
import type { Json } from '../../world/provider.ts'

/** A key of the provider's set, made here so that anything can be signed with it. */
interface ForgeKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly jwk: Json
}

const rsa = (kid: string, modulusLength: number): ForgeKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } }
}

/** Keys that attacks sign with: a good one, a weak one, one that is in no set, and one on a curve. */
export const KEYS = {
  good: rsa('forge-good', 2048),
  second: rsa('forge-second', 2048),
  weak: rsa('forge-weak', 1024),
  foreign: rsa('forge-foreign', 2048),
  curve: curve(),
}

function curve(): ForgeKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = 'forge-curve'
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' } }
}

/** The provider's key set with these in it. */
export const published =
  (...keys: readonly ForgeKey[]) =>
  (document: Json): Json => ({
    keys: [...(document.keys as readonly unknown[]), ...keys.map(({ jwk }) => jwk)],
  })

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Signs these claims, or this text in their place, under any header. */
export function forge(
  claims: Json | string,
  { key = KEYS.good, header = {} }: { key?: ForgeKey; header?: Json } = {},
): string {
  const head = { alg: 'RS256', kid: key.kid, ...header }
  if (key === KEYS.curve) {
    const input = `${base64url({ ...head, alg: 'ES256' })}.${base64url(claims)}`
    const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }
  if (typeof claims !== 'string') return signJwt(head, claims, key.privateKey)
  const input = `${base64url(head)}.${base64url(claims)}`
  return `${input}.${createSign('sha256').update(input).sign(key.privateKey).toString('base64url')}`
}

/** The claims of a JWT, unverified. */
export const claimsIn = (token: unknown): Json =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Json

/** `at_hash` (OpenID Connect Core §3.1.3.6) for RS256 and ES256. */
export const hashOf = (accessToken: unknown): string =>
  createHash('sha256').update(String(accessToken)).digest().subarray(0, 16).toString('base64url')
