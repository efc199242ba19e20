import type { UpstreamAnswer } from '../../ports/http.ts'
import { withoutToken } from './token-mask.ts'

/** For one connection only, for a browser, or a sign-in that the caller is not to have. */
const DROPPED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie2?|access-control-.*|alt-svc|clear-site-data|strict-transport-security)$/

/** The API's headers as the caller gets them. A page that got here all the same could not read the answer. */
export function answerHeaders(
  headers: UpstreamAnswer['headers'],
  token: string | undefined,
): UpstreamAnswer['headers'] {
  const kept = Object.entries(headers).filter(([name]) => !DROPPED.test(name))
  const clean = (value: string | string[] | undefined) =>
    Array.isArray(value) ? value.map((one) => withoutToken(one, token)) : value && withoutToken(value, token)
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [name, clean(value)])),
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}

/** Whether a body must be decoded before it can be read (RFC 9110 §8.4.1, RFC 9112 §7). */
export const isEncoded = (headers: UpstreamAnswer['headers']): boolean =>
  [headers['content-encoding'], headers['transfer-encoding']]
    .flatMap((value) => String(value ?? '').split(','))
    .some((encoding) => !/^(identity|chunked)?$/i.test(encoding.trim()))
