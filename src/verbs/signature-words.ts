import type { Inspected } from '../claims/inspect.ts'
import { safeText } from '../text/safe-text.ts'

/** Why, where a token names a key that the provider does not show; and the whole hint where no token can be renewed. */
export const RETIRED_KEY = 'The provider retired that key or never had it.'
export const NEW_TOKEN_ONLY = `${RETIRED_KEY} Only trust a new token.`

/**
 * Why a signature is not verified, for people; undefined: it is verified. `notAsked`: the words where no keys were asked
 * for.
 */
export function whyNotVerified(
  token: Inspected,
  circumstances: { readonly issuer: string | undefined; readonly notAsked?: string | undefined },
): string | undefined {
  if (token.signature === 'verified') return undefined
  if (token.problem) return token.problem.detail
  if (token.opaque) return 'nothing to verify: only its API can read it'
  if (token.answer && !token.answer.verified) return safeText(token.answer.detail, 200)
  if (circumstances.notAsked !== undefined) return circumstances.notAsked
  const issuer = token.identity.issuer.value
  if (issuer === undefined) return 'it names no issuer'
  if (circumstances.issuer === undefined) return 'no issuer is configured'
  return issuer === circumstances.issuer
    ? "the provider's keys could not be fetched"
    : 'it has another issuer than this profile'
}
