import type { KeyObject } from 'node:crypto'
import type { Tenants } from '../backends/trace-source.ts'
import type { Jwt } from '../claims/jwt/jwt.ts'
import type { Attack, Held, Shot, Spare } from './attack.ts'
import {
  isAnswered,
  type Judgement,
  judged,
  judgeHead,
  judgeOverride,
  judgeRead,
  judgeSpelling,
  judgeWrite,
  type Seen,
} from './verdict.ts'

/** Other spellings of a path, which servers behind a gateway may take for the plain one while its rules do not fit them. */
const OTHER_SPELLINGS = [
  {
    id: 'doubled-slash',
    name: '//path, no token',
    spelled: (path: string) => `/${path}`,
    remedy: 'Require a token on every path, or merge slashes before matching rules.',
  },
  {
    id: 'encoded-letter',
    name: 'encoded path, no token',
    spelled: (path: string) =>
      path.replace(/^\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
    remedy: 'Require a token on every path, or decode the path before matching rules.',
  },
  {
    id: 'other-case',
    name: 'PATH, no token',
    // The first segment alone: the name of a project may be another one in capitals.
    spelled: (path: string) => path.replace(/^\/[^/]*/, (first) => first.toUpperCase()),
    remedy: 'Require a token on every path, or forward only paths spelled as in your rules.',
  },
] as const

/**
 * The read without a token, spelled in another way. Rules of a gateway mostly fit the first segment of the whole path, which
 * belongs to the API's own path where it has one; a router behind that may have rules for the rest.
 */
function spelledReads(
  spelled: (path: string) => string,
  { base, read }: Pick<Held, 'base' | 'read'>,
): readonly Shot[] {
  const token = undefined
  if (base === '') return [{ token, path: spelled(read) }]
  return [
    { form: 'in the path of api', token, base: spelled(base) },
    { form: 'behind the path of api', token, path: spelled(read) },
  ]
}

/** No API has this path: an answer to it without a token isn't data. */
const NO_SUCH_PATH = '/ls-auth-doctor/no-such-path'

/** Reads of it at the root of the origin, and where the API is. */
export const missingReads = (base: string): readonly Shot[] =>
  [...new Set(['', base])].map((at) => ({ token: undefined, base: at, path: NO_SUCH_PATH }))

/** By which a proxy that has signed a person in tells who it is. */
export const IDENTITY_HEADERS: readonly string[] = [
  'X-Forwarded-User',
  'X-Auth-Request-User',
  'X-Remote-User',
  'Remote-User',
  'X-Forwarded-Email',
]

/** All of them, with what the person's own token says: the back end may know no other name. */
function identityHeaders(jwt: Jwt | undefined): Record<string, string> {
  const { email, preferred_username: name, sub } = jwt?.payload ?? {}
  const own = [email, name, sub].find((one) => typeof one === 'string' && /^[!-~]{1,200}$/.test(one))
  const value = typeof own === 'string' ? own : 'ls-auth-doctor'
  return Object.fromEntries(IDENTITY_HEADERS.map((header) => [header, value]))
}

/** Members for the header of a forged token, in place of those of the good one. */
type Header = Readonly<Record<string, unknown>> & { readonly alg: string }

/** The claims of a good token under another signature. `token`: a compact JWS; its payload is kept to the byte. */
async function signedAgain(
  { token, jwt }: { readonly token: string; readonly jwt: Jwt },
  header: Header,
  key: KeyObject | Uint8Array,
): Promise<string> {
  const { CompactSign } = await import('jose')
  const payload = Buffer.from(part(token, 1), 'base64url')
  return new CompactSign(payload).setProtectedHeader({ ...jwt.header, ...header }).sign(key)
}

/** The claims of a good token under `alg: none` (RFC 7515 §A.5), or what `alg` names instead: without a signature, or with this. */
const unsigned = (token: string, { header }: Jwt, alg = 'none', signature = ''): string =>
  `${encoded({ ...header, alg })}.${part(token, 1)}.${signature}`

/** A good token whose signature is empty. */
const withoutSignature = (token: string): string => `${part(token, 0)}.${part(token, 1)}.`

/** Bytes in the place of a signature that are none of anything, whatever the key. */
const NO_SIGNATURE = Buffer.from('this is not a signature').toString('base64url')

/** A good token whose signature differs in its last bit. */
function withFlippedBit(token: string): string {
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

/** A read as a tenant that doesn't exist. `name`: of that. */
const otherTenant = ({ header, namesIn }: Tenants, name: string): Attack => ({
  id: 'other-tenant',
  // Names of tenants that there are cannot be known here.
  name: 'a tenant that does not exist',
  make: ({ token }) => [{ token, headers: { [header]: name } }],
  judge: (seen, reference) => judgeTenant(seen, reference, namesIn),
  remedy: `Set ${header} in the gateway, or refuse tenants the caller may not read. The back end accepts any name.`,
})

/**
 * Judges the answer to a read as a tenant that doesn't exist. Only where two plain reads show data does an answer without any
 * show that the back end was asked for that tenant. The data of the plain read shows that the gateway, or a back end with one
 * tenant, has paid no respect to the name.
 */
export function judgeTenant(
  seen: Seen,
  { plain, again }: { readonly plain: Seen; readonly again: Seen | undefined },
  namesIn: Tenants['namesIn'],
): Judgement {
  if (!('status' in seen) || !isAnswered(seen)) return judgeRead(seen)
  const { status } = seen
  const dataIn = (one: Seen | undefined) =>
    one !== undefined && 'body' in one && isAnswered(one) ? namesIn(one.body) : undefined
  const second = dataIn(again)
  const steady = dataIn(plain)?.filter((name) => second?.includes(name)) ?? []
  if (steady.length === 0) return judged('unknown', status, 'the plain read has no data to compare with')
  const names = dataIn(seen)
  if (names?.length === 0) return judged('let-through', status, 'no data, since that tenant has none')
  if (steady.every((name) => names?.includes(name)))
    return judged('refused', status, 'treated as the plain read')
  return judged('unknown', status, 'other data than the plain read')
}

/** The method that the override headers name. No back end has it on the route that is read, and it is sent without a body. */
export const OVERRIDE = 'PUT'

/** The headers by which servers let a client name another method than the real one. */
const OVERRIDE_HEADERS = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']

const OPAQUE = 'your token is opaque, so no forgery can be made from it'

/** The attacks on every gateway, in the order in which they are sent. */
export const ATTACKS: readonly Attack[] = [
  {
    id: 'no-token',
    name: 'no token',
    make: () => [{ token: undefined }],
    judge: judgeRead,
    remedy: 'Require a token on every route.',
  },
  {
    id: 'head-no-token',
    name: 'HEAD, no token',
    make: () => [{ token: undefined, method: 'HEAD' }],
    judge: judgeHead,
    remedy: 'Require a token for every method.',
  },
  ...OTHER_SPELLINGS.map(
    ({ id, name, spelled, remedy }): Attack => ({
      id,
      name,
      make: (held) => spelledReads(spelled, held),
      judge: judgeSpelling,
      remedy,
    }),
  ),
  {
    id: 'identity-headers',
    name: 'identity headers, no token',
    make: ({ jwt }) => [{ token: undefined, headers: identityHeaders(jwt) }],
    judge: judgeRead,
    remedy:
      'Drop these headers from callers and require a token. A proxy in front sets them, but any caller can too.',
  },
  {
    id: 'not-a-jwt',
    name: 'not a JWT',
    make: () => [{ token: 'this-is-no-token' }],
    judge: judgeRead,
    remedy: 'Verify the token. Its presence proves nothing.',
  },
  {
    id: 'alg-none',
    name: 'alg: none',
    make: fromJwt(({ token, jwt }) => [
      { token: unsigned(token, jwt) },
      ...['None', 'nOnE'].map((alg): Shot => ({ form: `alg: ${alg}`, token: unsigned(token, jwt, alg) })),
      { form: 'with a signature', token: unsigned(token, jwt, 'none', NO_SIGNATURE) },
    ]),
    judge: judgeRead,
    remedy: 'List the accepted algorithms, without none (RFC 8725 §3.1).',
  },
  {
    id: 'empty-signature',
    name: 'an empty signature',
    make: fromJwt(({ token }) => [{ token: withoutSignature(token) }]),
    judge: judgeRead,
    remedy: 'Refuse tokens with an empty signature.',
  },
  {
    id: 'public-key-as-secret',
    name: 'HS256 with the public key',
    make: fromJwt(async (held) => {
      const { publicKey } = held
      if (typeof publicKey === 'string') return publicKey
      return Promise.all(
        publicKey.map(async ({ form, secret }) => ({
          form,
          token: await signedAgain(held, { alg: 'HS256' }, secret),
        })),
      )
    }),
    judge: judgeRead,
    remedy: 'Take the algorithm from the key, never from the token (RFC 8725 §3.1).',
  },
  {
    id: 'new-key',
    name: 'signed by a new key',
    make: signedByNewKey(({ jwk }) => ({ kid: jwk.kid })),
    judge: judgeRead,
    remedy: "Verify signatures only with the provider's keys.",
  },
  {
    id: 'new-key-real-kid',
    name: 'new key, real kid',
    make: signedByNewKey(),
    judge: judgeRead,
    remedy: 'Verify the signature. A known kid proves nothing.',
  },
  {
    id: 'new-key-in-header',
    name: 'new key in the jwk header',
    make: signedByNewKey(({ jwk }) => ({ kid: jwk.kid, jwk })),
    judge: judgeRead,
    remedy: 'Never take a key from the token. Ignore jwk, jku, x5c and x5u (RFC 8725 §3.10).',
  },
  {
    id: 'flipped-bit',
    name: 'signature, one bit flipped',
    make: fromJwt(({ token }) => [{ token: withFlippedBit(token) }]),
    judge: judgeRead,
    remedy: 'Verify the whole signature, and cache the result under the whole token.',
  },
  {
    id: 'other-payload',
    name: 'changed claims',
    make: fromJwt(({ token, jwt }) => [{ token: withLaterEnd(token, jwt) }]),
    judge: judgeRead,
    remedy: 'Verify the signature over header and payload, and cache the result under the whole token.',
  },
  {
    id: 'id-token',
    name: 'the ID token',
    make: ({ idToken }) => spare(idToken),
    judge: judgeRead,
    remedy: 'Accept only your own audience. An ID token is for the client (RFC 9068 §4).',
  },
  {
    id: 'expired',
    name: 'an expired token',
    make: ({ expired }) => spare(expired),
    judge: judgeRead,
    remedy: 'Require exp and compare it with the clock at each request.',
  },
  {
    id: 'other-audience',
    name: 'for another audience',
    make: ({ otherAudience }) => spare(otherAudience),
    judge: judgeRead,
    remedy: 'Require an audience and accept only your own (RFC 8725 §3.9).',
  },
  {
    id: 'write',
    name: 'a write, token for reading',
    make: ({ mayWrite, token, write: { method, path, body } }) =>
      mayWrite ?? [{ token, method, path, ...(body !== undefined && { body }) }],
    judge: judgeWrite,
    remedy: 'Allow only reads with a read token, or declare write access in [access] of the profile.',
  },
  {
    id: 'method-override',
    name: 'method override',
    make: ({ token }) => [
      ...OVERRIDE_HEADERS.map((name): Shot => ({ form: name, token, headers: { [name]: OVERRIDE } })),
      { form: '_method', token, query: `_method=${OVERRIDE}` },
    ],
    judge: judgeOverride,
    remedy: 'Remove headers that override the method, or judge the overriding method.',
  },
]

/** The attacks on a gateway whose back end has tenants, or none. `nobody`: the name of a tenant that there is not. */
export const attacksOn = (tenants: Tenants | undefined, nobody: string): readonly Attack[] =>
  tenants === undefined ? ATTACKS : [...ATTACKS, otherTenant(tenants, nobody)]

type HeldJwt = Held & { readonly jwt: NonNullable<Held['jwt']> }

function fromJwt(make: (held: HeldJwt) => ReturnType<Attack['make']>): Attack['make'] {
  return (held) => (held.jwt === undefined ? OPAQUE : make({ ...held, jwt: held.jwt }))
}

/** `header`: what differs in the header of the good token. */
function signedByNewKey(header?: (key: Held['newKey']) => Readonly<Record<string, unknown>>): Attack['make'] {
  return fromJwt(async (held) => {
    const { newKey } = held
    const members = { ...header?.(newKey), alg: String(newKey.jwk.alg) }
    return [{ token: await signedAgain(held, members, newKey.privateKey) }]
  })
}

const spare = (one: Spare): readonly Shot[] | string => ('missing' in one ? one.missing : [one])
