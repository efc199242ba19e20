import { createHash, randomBytes } from 'node:crypto'
import { firstSigningKey, generateSigningKey, type SigningKey, signJwt } from '../provider/keys.ts'
import type { Behaviour, Facts, Shape } from './behaviour.ts'

/** Signs what a behaviour says its tokens look like, with one RSA key for each name it gives. */
export interface Mint {
  /** Other keys under the same names. */
  replaceKeys(): Promise<void>
  readonly keySet: { readonly keys: readonly Record<string, unknown>[] }
  /** An access token and the ID token that goes with it. */
  tokens(facts: Facts): { access: string; id: string }
}

export async function openMint(behaviour: Behaviour): Promise<Mint> {
  const keys = new Map<string, SigningKey>()
  for (const name of behaviour.keys) keys.set(name, await firstSigningKey())
  const sign = ({ header, claims }: Shape, more: Record<string, unknown> = {}) => {
    const key = keys.get(header.kid)
    if (!key) throw new Error(`the behaviour of ${behaviour.id} names no key ${header.kid}`)
    return signJwt({ alg: 'RS256', ...header }, { ...claims, ...more }, key.privateKey)
  }
  return {
    async replaceKeys() {
      for (const name of behaviour.keys) keys.set(name, await generateSigningKey())
    },
    get keySet() {
      return {
        keys: [...keys].map(([kid, { jwk }]) => ({ kty: 'RSA', use: 'sig', kid, n: jwk.n, e: jwk.e })),
      }
    },
    tokens(facts) {
      const shape = behaviour.accessToken(facts)
      const access = typeof shape === 'string' ? shape : sign(shape)
      const id = behaviour.idToken(facts)
      return { access, id: sign(id, id.atHash ? { at_hash: leftHalf(access) } : {}) }
    },
  }
}

/** `at_hash` (OpenID Connect Core §3.1.3.6) for RS256. */
function leftHalf(token: string): string {
  return createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url')
}

/** A random name for a code or a token. */
export const random = (prefix = ''): string => prefix + randomBytes(24).toString('base64url')

/** PKCE (RFC 7636 §4.6), S256. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')
