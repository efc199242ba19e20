import { constants, createHmac, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { inTurns } from '../in-turns.ts'

/** An RSA signing key of the provider. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  /** The private JWK, as the provider's configuration wants it. */
  readonly jwk: JWK
}

/** Makes a fresh 2048-bit RS256 key; the kid is its thumbprint (RFC 7638). */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const exported = privateKey.export({ format: 'jwk' }) as JWK
  const kid = await calculateJwkThumbprint(exported)
  return { kid, privateKey, jwk: { ...exported, kid, alg: 'RS256', use: 'sig' } }
}

/**
 * The key that a server begins with; the seven before it in this process have other ones. What replaces it is fresh. Making a key
 * takes a tenth of a second of processor time.
 */
export const firstSigningKey = inTurns(8, generateSigningKey)

/**
 * Signs any claims with any header, bad ones included, which is why no JWT library is asked.
 * `alg` RS256 and PS256 use the private key; HS256 uses the *public* key in PEM as the secret (the classic confusion
 * attack); anything else, such as `none` or `nOnE`, gets an empty signature.
 */
export function signJwt(header: Record<string, unknown>, claims: unknown, privateKey: KeyObject): string {
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${signature(header.alg, Buffer.from(input), privateKey).toString('base64url')}`
}

function signature(algorithm: unknown, input: Buffer, privateKey: KeyObject): Buffer {
  switch (algorithm) {
    case 'RS256':
      return sign('sha256', input, privateKey)
    case 'PS256':
      return sign('sha256', input, {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      })
    case 'HS256':
      return createHmac('sha256', createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }))
        .update(input)
        .digest()
    default:
      return Buffer.alloc(0)
  }
}
