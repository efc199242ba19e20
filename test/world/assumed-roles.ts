import { createPublicKey, type JsonWebKey, randomBytes, verify } from 'node:crypto'

/** Which tokens a role can be had for: an OIDC provider of IAM, and the trust policy of one role. */
export interface RoleTrust {
  readonly roleArn: string
  readonly issuer: string
  /** Client ids and audiences of the OIDC provider. */
  readonly audiences: readonly string[]
  /** `sub` in the trust policy; any when absent. */
  readonly subject?: string
  /** Whether it allows `sts:TagSession`. */
  readonly tags?: boolean
  /** Whether STS itself has given out a token. */
  readonly isOwn?: (token: string) => boolean
}

/** Credentials that were given out for a role. */
export interface AssumedRole {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly roleArn: string
  readonly sessionName: string
}

/** An error of STS by its code, with the message and status that it has there. */
export class StsRefusal extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/**
 * `AssumeRoleWithWebIdentity` as its API Reference has it. Signatures are checked by Node alone: neither by ls-auth nor by a
 * library that it uses.
 */
export async function assumeRole(form: URLSearchParams, trust: RoleTrust): Promise<AssumedRole> {
  const roleArn = form.get('RoleArn') ?? ''
  const sessionName = form.get('RoleSessionName') ?? ''
  const seconds = Number(form.get('DurationSeconds') ?? '3600')
  const token = form.get('WebIdentityToken') ?? ''
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw invalid('roleSessionName')
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) throw invalid('durationSeconds')
  if (token.length < 4 || token.length > 20_000) throw invalid('webIdentityToken')
  if (seconds > 7200) throw new StsRefusal('ValidationError', EXCEEDS)
  const claims = await claimsOf(token, trust)
  if (claims.exp + 300 < Date.now() / 1000)
    throw new StsRefusal(
      'ExpiredTokenException',
      'Token expired: current date/time must be before the expiration',
    )
  if (claims.aud === undefined) throw new StsRefusal('InvalidIdentityToken', 'Missing a required claim: aud')
  // IAM compares `azp`, where there is one.
  if (!trust.audiences.includes(claims.azp ?? [claims.aud].flat()[0] ?? ''))
    throw new StsRefusal('InvalidIdentityToken', `Incorrect token audience in ${token}`)
  const isTrusted = roleArn === trust.roleArn && (trust.subject ?? claims.sub) === claims.sub
  if (!isTrusted)
    throw new StsRefusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
  // IAM User Guide, "Pass session tags in AWS STS": the trust policy must allow them by themselves.
  if (Object.keys(claims).some((name) => name.startsWith(TAGS)) && !trust.tags)
    throw new StsRefusal('AccessDenied', 'Not authorized to perform sts:TagSession', 403)
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: `${randomBytes(28).toString('base64')}+/`,
    sessionToken: randomBytes(300).toString('base64'),
    expiresAt: Math.floor(Date.now() / 1000) + seconds,
    roleArn,
    sessionName,
  }
}

const TAGS = 'https://aws.amazon.com/tags'

const invalid = (member: string): StsRefusal =>
  new StsRefusal(
    'ValidationError',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint`,
  )

const EXCEEDS = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'

interface TokenClaims {
  readonly iss: string
  readonly aud?: string | readonly string[]
  readonly azp?: string
  readonly sub: string
  readonly exp: number
}

const HASHES: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' }

async function claimsOf(token: string, { issuer, isOwn }: RoleTrust): Promise<TokenClaims> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
  let head: { alg: string; kid?: string }
  let claims: TokenClaims
  try {
    head = read(header) as typeof head
    claims = read(payload) as TokenClaims
  } catch {
    throw new StsRefusal('InvalidIdentityToken', 'The ID Token provided is not a valid JWT.')
  }
  // IAM User Guide, "Getting started with outbound identity federation": AWS federates with no token of its own.
  if (/\.tokens\.sts\.global\.api\.aws$/.test(claims.iss) || isOwn?.(token))
    throw new StsRefusal('InvalidIdentityToken', 'Tokens of AWS STS cannot be used for federation into AWS')
  if (claims.iss !== issuer)
    throw new StsRefusal(
      'InvalidIdentityToken',
      `No OpenIDConnect provider found in your account for ${claims.iss}`,
    )
  const key = (await keysOf(issuer)).find(({ kid }) => kid === head.kid)
  const hash = HASHES[head.alg]
  const isSigned =
    key !== undefined &&
    hash !== undefined &&
    verify(
      hash,
      Buffer.from(`${header}.${payload}`),
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    )
  if (!isSigned)
    throw new StsRefusal('InvalidIdentityToken', "Couldn't verify the signature of the provided token")
  return claims
}

async function keysOf(issuer: string): Promise<(JsonWebKey & { kid?: string })[]> {
  try {
    const get = async (url: string) => (await fetch(url, { redirect: 'error' })).json()
    const { jwks_uri: keys } = (await get(`${issuer}/.well-known/openid-configuration`)) as {
      jwks_uri: string
    }
    return ((await get(keys)) as { keys: JsonWebKey[] }).keys
  } catch {
    const message =
      "Couldn't retrieve verification key from your identity provider, please reference its documentation"
    throw new StsRefusal('InvalidIdentityToken', message)
  }
}
