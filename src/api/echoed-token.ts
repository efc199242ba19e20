import type { HttpAnswer } from '../ports/http.ts'

/** What begins like a JWT, also a part of one. */
const LIKE_JWT = /\beyJ[\w-]{8,}(\.[\w-]*){0,2}/g

/** More backslashes than JSON writes before a sign that it escapes, also where it is a text within JSON. */
const ESCAPES = '\\\\{0,8}'

/**
 * Redacts the token in an error response: a server may echo it or a part of it, and messages quote the response. In a header,
 * the claims of a challenge begin like a JWT, too, and have no dot.
 */
export function withoutEchoed(answer: HttpAnswer, token: string): HttpAnswer {
  const written = asWritten(token)
  const clean = (text: string, keepsUndotted: boolean) =>
    text
      .replace(written, '[token]')
      .replace(LIKE_JWT, (found) => (keepsUndotted && !found.includes('.') ? found : '[token]'))
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, clean(value, true)]),
  )
  return { ...answer, headers, body: Buffer.from(clean(answer.body.toString('utf8'), false)) }
}

/** The token as it is, and with the escapes of JSON (`\/`, `\u002b`) or of a URL (`%2B`) for its signs. */
function asWritten(token: string): RegExp {
  const signs = token.replace(/[^A-Za-z\d]/g, (sign) => {
    const code = sign.charCodeAt(0).toString(16)
    const inAnyCase = (hex: string) => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
    const forms = [`\\u${code.padStart(4, '0')}`, `u${inAnyCase(code.padStart(4, '0'))}`]
    return `(?:${ESCAPES}(?:${forms.join('|')})|%${inAnyCase(code.padStart(2, '0'))})`
  })
  return new RegExp(signs, 'g')
}
