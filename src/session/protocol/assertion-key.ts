import { createPrivateKey, type KeyObject } from 'node:crypto'
import { importJWK } from 'jose'
import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { Ports } from '../../ports/ports.ts'
import { readPrivateText } from '../store/private-file.ts'

/** A private key for client assertions, and the `kid` that its JWK names. */
export interface AssertionKey {
  readonly key: Exclude<Awaited<ReturnType<typeof importJWK>>, Uint8Array>
  readonly kid: string | undefined
}

/** RFC 7518 §3.3: RSA keys of this length or longer. */
const LEAST_RSA_BITS = 2048

/** Reads a private key from a file of mode 0600: PEM, or a JWK (RFC 7517). Failure `settings`. */
export async function readAssertionKey(path: string, ports: Ports): Promise<AssertionKey> {
  const text = await readPrivateText(path, 'assertion key', ports)
  const jwk = jsonObject(text)
  const object = parse(text, jwk)
  const named = typeof jwk?.alg === 'string' ? jwk.alg : undefined
  const algorithm = object && (named ?? algorithmOf(object))
  if (!object || algorithm === undefined) {
    throw new Failure('settings', `the assertion key ${path} holds no usable private key`, {
      hint: 'It must be an RSA, EC (P-256, P-384, P-521) or Ed25519 key, in PEM without a passphrase, or as a JWK.',
    })
  }
  const bits = object.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS
  if (bits < LEAST_RSA_BITS) {
    throw new Failure('settings', `the assertion key ${path} is too short (${bits} bits)`, {
      hint: `Make one of at least ${LEAST_RSA_BITS} bits.`,
    })
  }
  const key = await importJWK(object.export({ format: 'jwk' }), algorithm).catch(() => undefined)
  if (key === undefined || key instanceof Uint8Array) {
    throw new Failure('settings', `the assertion key ${path} does not fit its alg`, {
      hint: 'Correct alg in the JWK, or leave it out.',
    })
  }
  return { key, kid: typeof jwk?.kid === 'string' ? jwk.kid : undefined }
}

/** Undefined: no private key, or one with a passphrase. Messages of the parser are dropped: they may quote the key. */
function parse(text: string, jwk: Record<string, unknown> | undefined): KeyObject | undefined {
  try {
    return jwk ? createPrivateKey({ key: jwk, format: 'jwk' }) : createPrivateKey(text)
  } catch {
    return undefined
  }
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** The algorithm for a key that names none (RFC 7518 §3.1, RFC 9864). */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyType === 'ed25519') return 'Ed25519'
  return CURVES[asymmetricKeyDetails?.namedCurve ?? '']
}
