import { firstCause } from '../../http-answers/error-body.ts'
import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'

/** The members of a form that only the provider may see (RFC 6749, RFC 7009, RFC 7523, RFC 7636, RFC 8628, RFC 8693). */
const SECRET_MEMBERS = [
  'refresh_token',
  'code',
  'code_verifier',
  'device_code',
  'client_secret',
  'token',
  'assertion',
  'client_assertion',
  'subject_token',
]
/** So many characters in common aren't coincidence. */
const RUN = 12
/** The members of an error that are shown (RFC 6749 §5.2; the last two are Okta's), and at most so many characters of them. */
const SHOWN = ['error', 'error_description', 'errorCode', 'errorSummary'] as const
const MAX_TEXT = 2000

/**
 * An error response without the secrets of its request: some providers quote them in the description, which errors
 * show. Also found are parts of a secret and its percent-encoded form. `form`: the body of the request.
 */
export function withoutEchoes(
  answer: HttpAnswer,
  form: string,
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  const fields = jsonObject(answer.body)
  if (!fields) return answer
  const shown = SHOWN.flatMap((name) =>
    typeof fields[name] === 'string' ? [[name, fields[name]] as const] : [],
  )
  if (shown.length === 0) return answer
  const secrets = secretsIn(form, headers)
  const masked = shown.map(([name, text]) => [name, maskEchoes(text.slice(0, MAX_TEXT), secrets)])
  const cause = firstCause(fields)?.slice(0, MAX_TEXT)
  const causes = cause === undefined ? {} : { errorCauses: [{ errorSummary: maskEchoes(cause, secrets) }] }
  return {
    ...answer,
    body: Buffer.from(JSON.stringify({ ...fields, ...Object.fromEntries(masked), ...causes })),
  }
}

function secretsIn(form: string, headers: Readonly<Record<string, string>>): readonly string[] {
  const parameters = new URLSearchParams(form)
  const values = SECRET_MEMBERS.flatMap((name) => parameters.getAll(name))
  const credentials = headers.authorization?.replace('Basic ', '')
  // HTTP Basic holds `id:secret`, form-encoded (RFC 6749 §2.3.1).
  const secret = credentials && Buffer.from(credentials, 'base64').toString().split(':')[1]
  const basic = [credentials, secret].filter((one) => one !== undefined)
  const encoded = (value: string) => new URLSearchParams([['', value]]).toString().slice(1)
  return [...values, ...basic, ...basic.map(decoded)].flatMap((value) => [value, encoded(value)])
}

function decoded(value: string): string {
  return new URLSearchParams(`_=${value}`).get('_') ?? value
}

/** Replaces every run of characters that a secret and the text have in common; a shorter secret only as a whole. */
export function maskEchoes(text: string, secrets: readonly string[]): string {
  let masked = ''
  for (let at = 0; at < text.length; ) {
    const length = lengthOfSecret(text, at, secrets)
    masked += length === 0 ? text[at] : '[secret]'
    at += Math.max(1, length)
  }
  return masked
}

/** The longest counts: a secret and its percent-encoded form begin alike. */
function lengthOfSecret(text: string, at: number, secrets: readonly string[]): number {
  return Math.max(0, ...secrets.map((secret) => lengthInCommon(text, at, secret)))
}

function lengthInCommon(text: string, at: number, secret: string): number {
  let length = Math.min(RUN, secret.length)
  if (secret === '' || at + length > text.length || !secret.includes(text.slice(at, at + length))) return 0
  while (at + length < text.length && secret.includes(text.slice(at, at + length + 1))) length++
  return length
}
