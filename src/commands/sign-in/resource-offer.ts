import { PLACE_NAMES } from '../../backends/backend.ts'
import { BACKEND_IDS } from '../../backends/table.ts'
import { parseStrictJson } from '../../claims/jwt/strict-json.ts'
import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { isLoopback } from '../../loopback-host.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { checkIssuer, urlToJudge } from '../../settings/urls.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Resource } from './resource-address.ts'
import { broken, unsafe } from './resource-address.ts'

/** What an API says about signing in for it (RFC 9728 §2), judged: every text of it may be printed and saved. */
export interface Offer {
  /** At least one. */
  readonly issuers: readonly string[]
  /** Those of the challenge of the API, else those of its document. */
  readonly scopes: readonly string[]
  /** Its identifier, exactly. */
  readonly resource: string
  readonly values: Readonly<Partial<Record<OfferedSetting, string>>>
  /** It takes no token but those that are bound to a key (`dpop_bound_access_tokens_required`). */
  readonly bound: boolean
}

/** The members of `ls_auth` in the document, each a setting of that name. */
const OFFERED_SETTINGS = ['client_id', 'backend', ...PLACE_NAMES, 'audience', 'authorization_header'] as const
/** One of {@link OFFERED_SETTINGS}. */
export type OfferedSetting = (typeof OFFERED_SETTINGS)[number]

const MOST_SCOPES = 50
const LONGEST_SCOPE = 200
const LONGEST_VALUE = 500

/**
 * Reads the document of a resource. Pure. Failures: `api-failed` (no or an incomplete document), `refused` (it is about another
 * resource, or holds values that must not be used), `cannot-do` (an unknown back end).
 */
export function readOffer(
  answer: Pick<HttpAnswer, 'headers' | 'body'>,
  resource: Resource,
  challenged?: string,
): Offer {
  const document = documentIn(answer)
  if (!resource.identifiers.some((one) => one === document.resource)) throw otherResource(document, resource)
  return {
    issuers: checkIssuers(document.authorization_servers, resource.url),
    scopes: scopesIn(challenged?.split(' ').filter(Boolean) ?? document.scopes_supported),
    resource: String(document.resource),
    values: valuesIn(document.ls_auth),
    bound: isBound(document.dpop_bound_access_tokens_required),
  }
}

function documentIn({ headers, body }: Pick<HttpAnswer, 'headers' | 'body'>): JsonObject {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type !== 'application/json')
    throw broken(`is not JSON but ${type === '' ? 'of no type' : safeText(type, 60)}`)
  const text = textIn(body)
  const parsed = text === undefined ? { problem: 'json' } : parseStrictJson(text, 8)
  if ('problem' in parsed) {
    if (parsed.problem === 'duplicate-member') throw unsafe('has a duplicate name')
    throw broken(parsed.problem === 'too-deep' ? 'is nested too deep' : 'is not JSON')
  }
  if (!isObject(parsed.value)) throw broken('is not a JSON object')
  return parsed.value
}

function textIn(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}

function otherResource({ resource: named }: JsonObject, { url }: Resource): Failure {
  if (typeof named !== 'string') return unsafe('does not name the API (resource)')
  return new Failure('refused', "the API's sign-in settings are for another address", {
    detail: [`typed    ${urlToJudge(url.href)}`, `it says  ${urlToJudge(named)}`],
    hint: 'Nothing was saved. If you mean the second address, use it. Otherwise stop here.',
  })
}

/** RFC 6749 §3.3. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function scopesIn(listed: unknown): readonly string[] {
  if (listed === undefined) return []
  if (!Array.isArray(listed) || !listed.every((one) => typeof one === 'string'))
    throw broken('has scopes that are not a list of strings (scopes_supported)')
  if (listed.length > MOST_SCOPES) throw broken(`lists ${listed.length} scopes`)
  const wrong = listed.find((scope) => !SCOPE_TOKEN.test(scope) || scope.length > LONGEST_SCOPE)
  if (wrong !== undefined) throw unsafe(`lists an invalid scope: "${safeText(wrong, 80)}"`)
  return [...new Set(listed)]
}

function isBound(member: unknown): boolean {
  if (member === undefined || typeof member === 'boolean') return member === true
  throw broken('does not say true or false (dpop_bound_access_tokens_required)')
}

function valuesIn(member: unknown): Offer['values'] {
  if (member === undefined) return {}
  if (!isObject(member)) throw broken('has a member ls_auth that is not an object')
  const ours = new Set<string>(OFFERED_SETTINGS)
  // A newer ls-auth may know more names. Those of settings are not for others to choose: where the API is, and the like.
  const foreign = Object.keys(member).find(
    (key) => !ours.has(key) && SETTING_TABLE.some((row) => row.key === key),
  )
  if (foreign !== undefined) throw unsafe(`sets ${foreign}, which only you may choose (ls_auth.${foreign})`)
  const values: Partial<Record<OfferedSetting, string>> = {}
  for (const key of OFFERED_SETTINGS) {
    const value = member[key]
    if (value === undefined) continue
    const text = judged(key, value)
    // The usual header needs no setting.
    if (key !== 'authorization_header' || !/^authorization$/i.test(text)) values[key] = text
  }
  return values
}

function judged(key: OfferedSetting, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw broken(`has no text as ${key} (ls_auth.${key})`)
  if (value.length > LONGEST_VALUE)
    throw unsafe(`has a ${key} of ${value.length} characters (ls_auth.${key})`)
  const shown = [safeText(value, 80)]
  if (safeText(value) !== value || value.trim() !== value)
    throw unsafe(`has a ${key} with invisible characters (ls_auth.${key})`, shown)
  // RFC 6749 appendix A.1, without the space, which would be two words on a command line.
  if (key === 'client_id' && !/^[\x21-\x7e]+$/.test(value))
    throw unsafe('has an invalid client_id (ls_auth.client_id)', shown)
  if (key === 'backend' && !BACKEND_IDS.some((id) => id === value)) throw unknownBackend(value)
  if (key === 'authorization_header') checkHeaderName(value)
  return value
}

const unknownBackend = (value: string): Failure =>
  new Failure('cannot-do', `the API claims to be "${safeText(value, 60)}", an unknown back end`, {
    hint: `${didYouMean(value, BACKEND_IDS)}Known: ${BACKEND_IDS.join(', ')}. To choose one: --backend NAME`,
  })

const MOST_ISSUERS = 10
const LONGEST_ISSUER = 1000

/** The issuers that an API names (`authorization_servers`), each of them judged. Failures: `api-failed`, `refused`. */
function checkIssuers(listed: unknown, api: URL): readonly string[] {
  if (listed === undefined || (Array.isArray(listed) && listed.length === 0))
    throw broken('names no issuer (authorization_servers)')
  if (!Array.isArray(listed) || !listed.every((one) => typeof one === 'string'))
    throw broken('has issuers that are not a list of strings (authorization_servers)')
  if (listed.length > MOST_ISSUERS) throw broken(`names ${listed.length} issuers (authorization_servers)`)
  for (const issuer of listed) judgeIssuer(issuer, api)
  return [...new Set(listed)]
}

function judgeIssuer(issuer: string, api: URL): void {
  // A URL parser takes blanks and line breaks away, and makes another host of letters beyond ASCII.
  if (!/^[\x21-\x7e]+$/.test(issuer))
    throw unsafe('names an issuer with invalid characters', [urlToJudge(issuer)])
  if (issuer.length > LONGEST_ISSUER) throw unsafe(`names an issuer of ${issuer.length} characters`)
  try {
    checkIssuer(issuer)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw unsafe(`names an unusable issuer: ${error.message}`)
  }
  // Who runs an API elsewhere must not choose a program on this machine.
  if (isLoopback(new URL(issuer)) && !isLoopback(api))
    throw unsafe('names an issuer on this machine', [safeText(issuer, 200)])
}

/** Headers that say where a request goes, how long it is, or carry a secret of another person. */
const RESERVED =
  /^(host|cookie2?|set-cookie|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|forwarded|via|origin|referer|accept.*|proxy-.*|sec-.*|x-forwarded-.*|user-agent|traceparent|tracestate|x-request-reason|x-scope-orgid)$/i

/** The name of the header that takes the token (RFC 9110 §5.1). Failure `refused`. */
function checkHeaderName(name: string): void {
  const shown = [safeText(name, 80)]
  if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name))
    throw unsafe('has an invalid header for the token (ls_auth.authorization_header)', shown)
  if (RESERVED.test(name))
    throw unsafe('uses a header with another meaning for the token (ls_auth.authorization_header)', shown)
}
