import { refuseEmpty } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'
import { holdsToken } from '../text/token-in-text.ts'
import { unknownChoice } from '../unknown-choice.ts'
import { validParameters, wrongTokenHeader } from './authorization-parameters.ts'
import { type SettingKey, typeAgain } from './setting-key.ts'

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
