import { MASKED } from '../kept-value.ts'
import { endOfAll } from '../sticky.ts'
import { maskParameters } from './url-secrets.ts'

// A URL is often the value of a parameter of another one, where its signs are encoded: `?next=https%3A%2F%2Fb%2F%3Ftoken%3D…`.

/** A sign may be encoded again with each URL around it: `%253D`. */
const AGAIN = '(?:25){0,3}'

/** In a name also letters, digits, and `[`, `]`, `_`, `-`, `.` and `:` may be encoded. */
const IN_NAME = `[\\w.:[\\]-]|%${AGAIN}(?:[4-7][\\da-f]|2[de]|3[\\da])`

/** What begins a parameter, its name, and how many times its `=` is encoded again. */
const PARAMETER = new RegExp(`(?:[?&#;=]|%${AGAIN}(?:3f|26|23|3b))((?:${IN_NAME}){1,128})%(${AGAIN})3d`, 'gi')

/**
 * A value goes to the next `&` or `#` that is encoded as often as its `=`, or less: one more is a part of it.
 * So do a blank, `;`, `}` and `)`, which end a part of an expression.
 */
const VALUES = [0, 1, 2, 3].map(
  (again) => new RegExp(`[^%&#;\\s"'\\\\<>]+|%(?!(?:25){0,${again}}(?:26|23|20|3b|7d|29))`, 'iy'),
)

/**
 * Name and password of a URL, between its `//` and the last `@` that is encoded as often. Where a path, a query or a blank
 * begins there are none.
 */
const CREDENTIALS = new RegExp(
  `((?:%${AGAIN}3[ad]|[:=])%(${AGAIN})2f%\\2(?:2f))(?:[^%/&#\\s"'\\\\<>]|%(?!\\2(?:2f|3f|26|23|20)))+(?=%\\2(?:40))`,
  'gi',
)

/** What every such secret needs: an encoded `=` or `@`. */
export const ENCODED = /%(?:25){0,3}(?:3[dD]|40)/

/** A text with the secrets of encoded URLs masked. Linear in its length. */
export function maskInEncodedUrls(text: string): string {
  if (!ENCODED.test(text)) return text
  const withoutCredentials = text.replace(CREDENTIALS, `$1${MASKED}`)
  return maskParameters(withoutCredentials, PARAMETER, (from, [, , again = '']) =>
    endOfAll(VALUES[again.length / '25'.length] as RegExp, withoutCredentials, from),
  )
}
