import { refuseEmpty } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'
import { holdsToken } from '../text/secrets.ts'
import { unknownChoice } from '../unknown-choice.ts'
import { type SettingKey, typeAgain } from './setting-key.ts'
import type { SettingName } from './setting-table.ts'

/**
 * Validates a value by the shape of its setting. Failure `settings` names `where` it stands: a flag, a variable, a file and
 * its key, or the bare key of a value that is typed.
 */
export function validSetting(key: SettingKey, value: unknown, where: string): unknown {
  const wrong = (wanted: string) =>
    new Failure('settings', `${where} must be ${wanted}`, {
      detail: typeof value === 'string' ? [`it is "${safeText(value, 80)}"`] : [],
      hint: hintAt(where, key),
    })
  const { shape } = key
  if (shape === 'table') {
    if (!isObject(value)) throw wrong('a table')
    return value
  }
  if (shape === 'words') {
    const list = typeof value === 'string' ? [value] : value
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string'))
      throw wrong('a list of strings')
    return list.flatMap((item: string) => item.split(/\s+/)).filter(Boolean)
  }
  if (shape === 'parameters')
    return validParameters(typeof value === 'string' ? [value] : value, where, hintAt(where, key))
  if (shape === 'ports') {
    if (value === 'any' || (Array.isArray(value) && value.includes('any'))) return 'any'
    const list: unknown[] = Array.isArray(value) ? value : [value]
    // `Number` would take "" for 0, which is any port, and true for 1.
    const isPort = (one: unknown) => /^\d+$/.test(String(one)) && Number(one) <= 65_535
    if (list.length === 0 || !list.every((one) => typeof one !== 'object' && isPort(one)))
      throw wrong('port numbers, or "any"')
    const ports = list.map(Number)
    return ports.includes(0) ? 'any' : ports
  }
  if (shape === 'boolean') {
    if (value !== true && value !== false && value !== 'true' && value !== 'false')
      throw wrong('true or false')
    return value === true || value === 'true'
  }
  if (typeof value !== 'string') throw wrong('a string')
  if (!key.mayBeEmpty) refuseEmpty('settings', where, value)
  // The value is not shown.
  if (shape === 'header' && holdsToken(value))
    throw new Failure('settings', `${where} holds a token, which would be visible in the log`, {
      hint: 'Write a reason in words, such as a ticket.',
    })
  if (shape === 'header' && !/^[\x20-\x7e]{1,200}$/.test(value))
    throw wrong('printable ASCII, at most 200 characters')
  const wrongHeader = shape === 'header-name' ? wrongTokenHeader(value) : undefined
  if (wrongHeader !== undefined) throw wrong(wrongHeader)
  if (shape === 'redirect-path' && !isRedirectPath(value))
    throw wrong('a path, as /callback, without .. and spaces, ? and #')
  if (Array.isArray(shape) && !shape.includes(value)) throw unknownChoice('settings', where, value, shape)
  return value
}

/**
 * Whether a text behind `http://127.0.0.1:PORT` is the path and nothing else: `@other.example/` would be another host, to
 * which the browser would carry the code. What a URL writes in another way would not be what is registered.
 */
function isRedirectPath(text: string): boolean {
  const here = 'http://127.0.0.1:8765'
  if (!/^\/(?!\/)/.test(text) || !URL.canParse(here + text)) return false
  const url = new URL(here + text)
  return url.href === here + text && url.pathname === text
}

function hintAt(where: string, { key, shape }: SettingKey): string {
  if (where === key) return typeAgain(key)
  if (shape === 'header' && where.startsWith('--')) return 'Use ASCII only, or fewer characters.'
  return where.startsWith('--')
    ? 'Add --help to the command to see its flags.'
    : 'Correct it there, or remove it.'
}

/**
 * Parameters of an authorization request that the protocol or a sign-in sets. Another `state` or `redirect_uri` would undo its
 * checks, and the rest has a setting or a flag. The last ones are the client's, in a request that is pushed.
 */
export const OWN_PARAMETERS: ReadonlySet<string> = new Set(
  (
    'response_type response_mode client_id redirect_uri scope state nonce code_challenge code_challenge_method ' +
    'request request_uri dpop_jkt prompt max_age acr_values claims audience resource login_hint id_token_hint ' +
    'registration client_secret client_assertion client_assertion_type'
  ).split(' '),
)

const NAMED = /^([A-Za-z0-9._~-]+)=(.*)$/s

/**
 * Validates a list of `name=value`; names that differ in the case of letters alone are one to some providers. A value without
 * anything counts as left out (RFC 6749 §3.1). Failure `settings` names `where` they stand.
 */
export function validParameters(list: unknown, where: string, hint: string): readonly string[] {
  const wrong = (what: string, how = hint) => new Failure('settings', `${where} ${what}`, { hint: how })
  if (!Array.isArray(list)) throw wrong('must be a list of name=value')
  const names = new Set<string>()
  for (const one of list) {
    // Nothing of it is shown.
    if (typeof one === 'string' && holdsToken(one))
      throw wrong(
        'holds a token, which would be visible to anyone who reads it',
        'Remove it. Browsers and proxies keep the addresses of a sign-in.',
      )
    const [, name, value] = (typeof one === 'string' && NAMED.exec(one)) || []
    if (name === undefined || value === undefined) throw wrong('must be a list of name=value')
    const shown = safeText(name, 80)
    const plain = name.toLowerCase()
    if (OWN_PARAMETERS.has(plain))
      throw wrong(
        `sets "${shown}", which ls-auth sets itself`,
        'Remove it. Use its own setting or flag instead, such as --prompt.',
      )
    if (names.has(plain)) throw wrong(`names the parameter "${shown}" twice`)
    if (value.trim() === '') throw wrong(`gives "${shown}" no value`)
    if (value.trim() !== value) throw wrong(`has a value with spaces around it (${shown})`)
    if (safeText(value, value.length) !== value)
      throw wrong(`has a value with invisible characters (${shown})`)
    names.add(plain)
  }
  return list
}

/** Valid ones by their names. */
export const parameterRecord = (list: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    list.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const),
  )

/** What a request says besides who asks: where it goes, how it is framed (RFC 9110 §7.6, RFC 9112 §6), what we say of it. */
const TAKEN =
  /^(host|cookie2?|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept(-.*)?|http2-settings|user-agent|x-request-reason|traceparent|tracestate|x-scope-orgid)$/
/** For the next hop alone, except the credentials, which are for a proxy. */
const FOR_THE_HOP = /^proxy-/

/** The name of a header or of a scheme is a token (RFC 9110 §5.6.2); ours have at most 60 characters. */
const NAME = /^[!#$%&'*+.^_`|~\w-]{1,60}$/

/** Why a token cannot be sent in a header of this name; undefined: it can. */
export function wrongTokenHeader(name: string): string | undefined {
  if (!NAME.test(name)) return 'the name of a header, such as X-JWT-Assertion'
  const plain = name.toLowerCase().replaceAll('_', '-')
  return TAKEN.test(plain) || FOR_THE_HOP.test(plain)
    ? 'a header without another meaning in a request'
    : undefined
}

/**
 * The value of `authorization`: the name of a scheme, or a text with `{token}` in it. Failure `settings`; the value is not
 * shown, as it may be a token that a person pasted.
 */
export function checkAuthorization(text: string): string {
  if (text.includes('{token}') ? /^[\x20-\x7e]+$/.test(text) : NAME.test(text)) return text
  throw new Failure(
    'settings',
    'authorization is neither the name of a scheme nor a text with {token} in it',
    {
      hint: 'Write it like bearer, none, Token, or "Token token={token}".',
    },
  )
}

/** A setting that keeps tokens from being bound to a key. */
interface Hindrance {
  readonly setting: SettingName
  /** For people; sanitized. */
  readonly why: string
}

/**
 * Whether tokens are bound to a key (`dpop = true`). Failure `settings`: another setting sends a token that cannot be, or
 * sends it in another way (RFC 9449 §7.1: the scheme is DPoP).
 */
export function readDpop(values: {
  isTrue(name: 'dpop'): boolean
  text(name: SettingName): unknown
}): boolean {
  if (!values.isTrue('dpop')) return false
  const found = hindersDpop((name) => values.text(name))
  if (found === undefined) return true
  throw new Failure('settings', `dpop = true conflicts with another setting: ${found.why}`, {
    hint: 'Leave one of the two out.',
  })
}

/** The setting that `dpop = true` does not go with; undefined: none. `value`: of each setting, valid by its shape. */
export function hindersDpop(value: (name: SettingName) => unknown): Hindrance | undefined {
  const authorization = String(value('authorization') ?? '').trim()
  const header = String(value('authorization_header') ?? 'authorization').trim()
  const as = (setting: SettingName, why: string): Hindrance => ({ setting, why: `${setting} ${why}` })
  if (value('workload') !== undefined) return as('workload', 'issues its own tokens, without DPoP')
  if (value('identity') !== undefined) return as('identity', 'gets its tokens without DPoP')
  if (value('use_token') === 'id') return as('use_token', '= "id" sends the ID token, which has no DPoP')
  if (!/^(bearer|none)$/i.test(authorization))
    return as('authorization', `= "${safeText(authorization, 60)}" sends the token in another scheme`)
  return /^authorization$/i.test(header)
    ? undefined
    : as('authorization_header', 'names another header than Authorization')
}
