import { FAILURES, Failure, type FailureCode } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'

/**
 * What a local proxy says itself, in place of the API (Proxy-Status, RFC 9209; it lets no such header of the API through):
 * its own failure with its exit status, or that it does not pass the request on (`not-allowed`). Undefined for answers of
 * the API.
 */
export function proxyRefusal({ status, headers, body }: HttpAnswer): Failure | undefined {
  if (!/^ls-auth;/.test(headers['proxy-status'] ?? '')) return undefined
  const { error, message, hint } = jsonObject(body) ?? {}
  const why = safeText(String(message), 300)
  if (isFailureCode(error) && status >= 500) return new Failure(error, why, hintOf(hint))
  return new Failure('not-allowed', `the local proxy refuses this request (HTTP ${status})`, {
    detail: [why],
    hint: 'The API was not asked. For more than reading, outside of exec --proxy: ls-auth proxy --port 0 --allow-write',
  })
}

const isFailureCode = (code: unknown): code is FailureCode => typeof code === 'string' && code in FAILURES

const hintOf = (hint: unknown) => (typeof hint === 'string' ? { hint: safeText(hint, 500) } : {})
