import type { AttributeValue } from '../../model.ts'
import { isSensitive, wordsOf } from '../sensitive-keys.ts'

/** What the member is called in which an item says its name. */
export const NAMES = 'name|key|k|header'

/** And the one in which it says its value. */
export const VALUES = 'values?|val|v|content'

/** The longest name that is asked for. */
export const LONGEST_NAME = 128

const IS_NAME = new RegExp(`^(?:${NAMES})$`, 'i')

const IS_VALUE = new RegExp(`^(?:${VALUES})$`, 'i')

/** Whether a member says the name of its item: the header of a screen is a title, of some words. */
export const isName = (key: string | undefined, name: string): boolean =>
  IS_NAME.test(key ?? '') && !(/^header$/i.test(key ?? '') && /\s/.test(name))

/** `values` are those of a list. A text of this name is another one: `"values": "all"`. */
export const isValue = (key: string | undefined, first: string): boolean =>
  key !== undefined && IS_VALUE.test(key) && (!/s$/i.test(key) || first === '[')

/** What ends the name of a count, a flag or a setting: `email.sent`, `token_ttl`. */
const OF_SETTING =
  /\.(?:sent|errors?|count|total|ttl|timeout|enabled|disabled|required|login|attempts|retries|length|size)$/

const VALUE_OF_SETTING =
  /^(?:\\*["'])?(?:true|false|yes|no|on|off|-?\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd])?)(?:\\*["'])?$/i

const PATH = /^(?:\\*["'])?[.~]?\/[\w./-]{1,256}(?:\\*["'])?$/

/** What ends a name that is about a secret and holds none: `session.duration`, `TOKEN_URL`, `password.encoder`. */
const ABOUT_SECRET = new RegExp(
  [
    /duration|expiry|expires?(?:\.(?:at|in))?|age|rate|url|uri|domain|host|port|secure|samesite|store(?:\.type)?|driver|backend/,
    /algorithm|encoder|hasher|issuer|open|active|strength|policy|type|format|strategy|provider|version|verified/,
  ]
    .map(({ source }) => `\\.(?:${source})$`)
    .join('|'),
)

/** No list, no map, and no text that holds them. */
const PLAIN = /^(?:\\*["'])?[^[{("'\\][^{}]*$/

/** What validation, sorting or a schema says of a field. */
const OF_FIELD = new RegExp(
  `^(?:\\\\*["'])?(?:(?:is|must be|too|not) )?(?:${[
    'asc|desc|varchar|char|text|string|uuid|int|integer|boolean|optional|nullable|unique|indexed',
    'required|invalid|valid|missing|taken|blank|empty|present|absent|expired|duplicate|unknown|too short|too long|short|long',
  ].join('|')})(?:\\\\*["'])?$`,
  'i',
)

/** The version of a package: `name=auth-token v=3.1.2`. */
const VERSION = /^(?:\\*["'])?v?\d{1,4}\.\d{1,4}\.\d{1,6}(?:\\*["'])?$/

/** Whether an item is a setting, a count, a path or a state, which tells no secret. */
export const isSetting = (name: string, value: string): boolean =>
  OF_FIELD.test(value) ||
  VERSION.test(value) ||
  (ABOUT_SECRET.test(wordsOf(name)) && PLAIN.test(value)) ||
  (OF_SETTING.test(wordsOf(name)) && VALUE_OF_SETTING.test(value)) ||
  (/\.(?:file|path)$/.test(wordsOf(name)) && PATH.test(value))

/** Members of a map, of which the value of an item stands under the name that the item says. */
export function underSaidNames(
  members: readonly (readonly [string, AttributeValue])[],
): readonly (readonly [key: string, under: string, AttributeValue])[] {
  const said = members.flatMap(([key, name]) => (isSensitiveName(key, name) ? [name] : []))[0]
  return members.map(([key, value]) => [
    key,
    said !== undefined && isValue(key, Array.isArray(value) ? '[' : '') && !isSetting(said, plainText(value))
      ? said
      : key,
    value,
  ])
}

const isSensitiveName = (key: string, name: AttributeValue): name is string =>
  typeof name === 'string' && isName(key, name) && name.length <= LONGEST_NAME && isSensitive(name)

/** A value as a text. A map has none: its members may be called `toString`. */
export const plainText = (value: AttributeValue): string => (typeof value === 'object' ? '' : String(value))
