import { wordsOf } from './sensitive-keys.ts'

const whole = (value: string): RegExp => new RegExp(`^(?:\\\\*["'])?(?:${value})(?:\\\\*["'])?$`, 'i')

/** What validation, sorting, a schema or a package says of a field, and a version: no secret under any name. */
const OF_FIELD = whole(
  '(?:(?:is|must be|too|not) )?(?:asc|desc|varchar|char|text|string|uuid|int|integer|boolean|optional|nullable|unique|indexed|required|invalid|valid|missing|taken|blank|empty|present|absent|expired|duplicate|unknown|too short|too long|short|long)|v?\\d{1,4}\\.\\d{1,4}\\.\\d{1,6}',
)

/** What ends a name that says no secret, and what its value looks like then. */
const SETTINGS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\.(?:sent|errors?|count|total|ttl|timeout|enabled|disabled|required|login|attempts|retries|length|size)$/,
    whole('true|false|yes|no|on|off|-?\\d{1,9}(?:\\.\\d{1,9})?(?:ms|[smhd])?'),
  ],
  [
    /\.(?:duration|expiry|expires?(?:\.(?:at|in))?|age|rate|url|uri|domain|host|port|secure|samesite|store(?:\.type)?|driver|backend|algorithm|encoder|hasher|issuer|open|active|strength|policy|type|format|strategy|provider|version|verified)$/,
    // No list, no map, and no text that holds them.
    /^(?:\\*["'])?[^[{("'\\][^{}]*$/,
  ],
  [/\.(?:file|path)$/, whole('[.~]?\\/[\\w./-]{1,256}')],
]

/** Whether an item is a setting, a count, a path or a state, which tells no secret. */
export const isSetting = (name: string, value: string): boolean =>
  OF_FIELD.test(value) || SETTINGS.some(([names, values]) => names.test(wordsOf(name)) && values.test(value))
