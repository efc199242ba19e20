import { wordsOf } from './sensitive-keys.ts'

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
