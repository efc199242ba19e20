import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { inTurns } from '../world/in-turns.ts'
import { listen } from '../world/loopback-server.ts'

/** What a token is signed with. All but `ours` must be refused. */
export type Signer =
  /** The key published in the JWKS. */
  | 'ours'
  /** A key that is not published, under the published key's `kid`. */
  | 'foreign'
  /** The key that was replaced by the last `rotate`. */
  | 'retired'
  /** No signature: `alg: none`. */
  | 'none'
  /** HMAC with the published public key as the secret. */
  | 'public-key-as-secret'

/** An issuer that signs anything it is asked to: the counterpart of the real provider, for tokens that must fail. */
export interface TokenIssuer {
  readonly issuer: string
  /** Paths asked for, in order. */
  readonly requests: readonly string[]
  /** A good token for `api://traces` with these claims on top; an undefined one removes the claim. */
  mint(claims?: Record<string, unknown>, signer?: Signer): Promise<string>
  /** Signs this text as it is, JSON or not, with these members added to the header, or under this text as the header. */
  sign(payload: string, header?: Record<string, unknown> | ((kid: string) => string)): Promise<string>
  /** The published key, PEM. */
  publicKey(): Promise<string>
  /** Publishes a new key in place of the current one. */
  rotate(): Promise<void>
  close(): Promise<void>
}

/** How an issuer differs from an ordinary one. */
export interface TokenIssuerOptions {
  /** Bytes by which the JWKS is longer than its one key needs, as large issuers' are. */
  paddingBytes?: number
  /** What its metadata say that its name is, when that is not its own. */
  pretendedIssuer?: string
  /** Announce an introspection endpoint that finds every token active. */
  credulousIntrospection?: boolean
}

interface Key {
  kid: string
  privateKey: CryptoKey
  publicKey: CryptoKey
}

const newPair = () => generateKeyPair('RS256', { extractable: true })
/** An issuer begins with one of these: making one takes a tenth of a second of processor time. */
const firstPair = inTurns(4, newPair)
const newKey = async (pair = newPair): Promise<Key> => ({ kid: randomUUID(), ...(await pair()) })

/** Starts the issuer on a loopback port. */
export async function startTokenIssuer(options: TokenIssuerOptions = {}): Promise<TokenIssuer> {
  let current = await newKey(firstPair)
  let retired: Key | undefined
  let foreign: Key | undefined
  const requests: string[] = []

  const server = createServer(async (request, response) => {
    requests.push(request.url ?? '')
    const answer = await answerTo(request.url ?? '')
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  })
  const listening = await listen(server)
  const issuer = `http://127.0.0.1:${listening.port}`

  async function answerTo(path: string): Promise<object | undefined> {
    if (path === '/.well-known/openid-configuration')
      return {
        issuer: options.pretendedIssuer ?? issuer,
        // Also what a subject and an audience would be called, should anybody take this document for claims.
        sub: 'metadata',
        jwks_uri: `${issuer}/jwks`,
        ...(options.credulousIntrospection && { introspection_endpoint: `${issuer}/introspection` }),
      }
    if (path === '/introspection') return { active: true, ...ordinary() }
    if (path !== '/jwks') return undefined
    const jwk = { ...(await exportJWK(current.publicKey)), kid: current.kid, use: 'sig', alg: 'RS256' }
    return { keys: [jwk], padding: 'x'.repeat(options.paddingBytes ?? 0) }
  }

  async function keyOf(signer: 'ours' | 'foreign' | 'retired'): Promise<Key> {
    if (signer === 'ours') return current
    if (signer === 'foreign') {
      foreign ??= await newKey()
      return foreign
    }
    retired ??= await newKey()
    return retired
  }

  function ordinary(): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000)
    return {
      iss: issuer,
      sub: 'ada@example.com',
      aud: 'api://traces',
      exp: now + 600,
      iat: now,
      jti: randomUUID(),
      client_id: 'ls-auth',
      scope: 'openid traces:read',
      groups: ['dev'],
    }
  }

  return {
    issuer,
    requests,
    async mint(claims = {}, signer = 'ours') {
      const payload = Object.fromEntries(
        Object.entries({ ...ordinary(), ...claims }).filter(([, value]) => value !== undefined),
      )
      if (signer === 'none') return new UnsecuredJWT(payload).encode()
      if (signer === 'public-key-as-secret') {
        const secret = new TextEncoder().encode(await exportSPKI(current.publicKey))
        return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid: current.kid }).sign(secret)
      }
      const key = await keyOf(signer)
      const { kid } = signer === 'foreign' ? current : key
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' })
        .sign(key.privateKey)
    },
    sign: (payload, header = {}) => {
      if (typeof header === 'function') return signText(header(current.kid), payload, current.privateKey)
      return (
        new CompactSign(new TextEncoder().encode(payload))
          .setProtectedHeader({ alg: 'RS256', kid: current.kid, ...header })
          // It signs a `crit` only when it is told that somebody knows the member.
          .sign(current.privateKey, {
            crit: Object.fromEntries(Object.keys(header).map((name) => [name, true])),
          })
      )
    },
    publicKey: () => exportSPKI(current.publicKey),
    async rotate() {
      retired = current
      current = await newKey()
    },
    close: () => listening.close(),
  }
}

/** RS256 over a header that no library writes. */
async function signText(header: string, payload: string, key: CryptoKey): Promise<string> {
  const text = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, Buffer.from(text))
  return `${text}.${Buffer.from(signature).toString('base64url')}`
}
