import { isObject, jsonObject } from '../json-object.ts'
import type { HttpAnswer } from '../ports/http.ts'
import { safeText } from '../text/safe-text.ts'

/** An error in Okta's own form, as `E0000004: Authentication failed`; undefined: it is none. To be shown unchanged. */
export function vendorError({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): string | undefined {
  const fields = (status >= 400 && jsonObject(body)) || {}
  const { errorCode: code, errorSummary: summary } = fields
  if (typeof code !== 'string' || !/^E\d{7}$/.test(code)) return undefined
  const cause = firstCause(fields)
  const words = typeof summary === 'string' && summary !== '' ? `${code}: ${safeText(summary, 300)}` : code
  return cause === undefined ? words : `${words} (${safeText(cause, 300)})`
}

/** What the first of `errorCauses` says: of a request that is not valid, what is wrong with it. Not yet safe to show. */
export function firstCause({ errorCauses: causes }: Readonly<Record<string, unknown>>): string | undefined {
  const [first] = Array.isArray(causes) ? causes : []
  const { errorSummary: words } = isObject(first) ? first : {}
  return typeof words === 'string' && words !== '' ? words : undefined
}

/** At 4xx the provider has judged the request; only a limit (429) passes by itself. */
export const hintAtVendorError = (status: number | undefined): string | undefined =>
  status !== undefined && status >= 400 && status < 500 && status !== 429
    ? 'Ask whoever runs the identity provider, with this code.'
    : undefined
