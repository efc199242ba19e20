import { isObject } from '../../json-object.ts'
import { type JsonProblem, parseStrictJson } from './strict-json.ts'

/** Members of a JOSE header or a claims set. Without a prototype, so no inherited member looks like a claim. */
export type Claims = Readonly<Record<string, unknown>>

/** A token whose three parts could be parsed. Not verified: see `verify.ts`. */
export interface Jwt {
  readonly header: Claims
  readonly payload: Claims
}

/**
 * Why a text that begins like a JWT cannot be read. `encrypted` is a JWE (five parts, RFC 7516): not an error, but
 * readable for its API only.
 */
export type JwtProblem =
  | JsonProblem
  | 'too-large'
  | 'parts'
  | 'encrypted'
  | 'base64url'
  | 'utf-8'
  | 'not-an-object'

/** Something that begins like a JWT and cannot be read; `detail` is a sentence without any of its content. */
export interface BrokenJwt {
  readonly problem: JwtProblem
  readonly detail: string
}

/** Longest token read, in characters (a JWT is ASCII, so also bytes). RFC 8725bis §3.14 asks for a limit. */
export const MAX_TOKEN_CHARACTERS = 65_536

const SENTENCES: Record<JwtProblem, string> = {
  'too-large': 'the token is longer than 64 KiB',
  parts: 'a signed token has three parts separated by dots',
  encrypted: 'the token is encrypted: only the API it is meant for can read it',
  base64url: 'a part is not base64url without padding',
  'utf-8': 'a part is not UTF-8 text',
  json: 'a part is not JSON',
  'duplicate-member': 'a name appears twice in one object, so two readers could see two different tokens',
  'too-deep': 'objects are nested too deeply',
  'not-an-object': 'header and payload must be JSON objects',
}

/**
 * Parses a compact JWS (RFC 7515 §7.1) without checking its signature. `undefined`: an opaque token, which is
 * normal for access tokens; a {@link BrokenJwt}: it begins like a JWT but is not one.
 * Surrounding white space is not accepted. Never throws.
 */
export function readJwt(token: string): Jwt | BrokenJwt | undefined {
  if (!beginsLikeJwt(token)) return undefined
  if (token.length > MAX_TOKEN_CHARACTERS) return broken('too-large')
  const parts = token.split('.', 6)
  if (parts.length === 5) return broken('encrypted')
  if (parts.length !== 3) return broken('parts')
  const [header, payload] = [readPart(parts[0] as string), readPart(parts[1] as string)]
  if (typeof header === 'string') return broken(header)
  if (typeof payload === 'string') return broken(payload)
  if (decodeBase64url(parts[2] as string) === undefined) return broken('base64url')
  return { header, payload }
}

/** Narrows the result of {@link readJwt}: true when there are claims to read. */
export function isReadable(jwt: Jwt | BrokenJwt | undefined): jwt is Jwt {
  return jwt !== undefined && !('problem' in jwt)
}

/** The claims of a token, not verified; undefined: there is no token, or it has none to read. */
export function payloadOf(token: string | undefined): Claims | undefined {
  const jwt = token === undefined ? undefined : readJwt(token)
  return isReadable(jwt) ? jwt.payload : undefined
}

/** Decodes canonical, unpadded base64url (RFC 7515 §2); undefined for anything else, also for stray bits at the end. */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  // Node skips invalid characters and ignores stray bits; re-encoding shows whether the text was canonical.
  return bytes.toString('base64url') === text ? bytes : undefined
}

/** Whether the first part decodes to `{…`, unlike that of an opaque token with dots in it. */
function beginsLikeJwt(token: string): boolean {
  const dot = token.indexOf('.')
  if (dot < 2) return false
  return Buffer.from(token.slice(0, Math.min(dot, 64)), 'base64url')
    .toString('latin1')
    .trimStart()
    .startsWith('{')
}

function readPart(part: string): Claims | JwtProblem {
  const bytes = decodeBase64url(part)
  if (!bytes) return 'base64url'
  let text: string
  try {
    // ignoreBOM keeps a byte order mark in the text, so that the JSON parser rejects it (RFC 8259 §8.1).
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return 'utf-8'
  }
  const read = parseStrictJson(text)
  if ('problem' in read) return read.problem
  const { value } = read
  return isObject(value) ? value : 'not-an-object'
}

function broken(problem: JwtProblem): BrokenJwt {
  return { problem, detail: SENTENCES[problem] }
}
