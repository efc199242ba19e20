import type { Preset } from '../../providers/preset.ts'

/** The OAuth `error` of an answer (RFC 6749 §5.2); any other value is called `error`. */
export const sentError = (error: unknown): string =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(String(error)) ? String(error) : 'error'

/** The error that was meant: some providers send invalid_request for all, and the code as its description. */
export const namedError = ({ errorInDescription }: Preset, sent: string, description: string): string =>
  sent === 'invalid_request' && errorInDescription?.includes(description) ? description : sent

/** Errors about how the client is registered and what it asks for. */
const ABOUT_CLIENT: readonly string[] = [
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'invalid_redirect_uri',
  'redirect_uri_mismatch',
]

/** Errors of a provider that would have to ask a person. */
const NOBODY_ASKED: readonly string[] = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]

/** By OIDC Core §3.1.2.6 it is sent where no person was asked. */
export const nobodyAsked = (error: string): boolean => NOBODY_ASKED.includes(error)

/** No second try fixes the first two. */
export const lasting = (error: string): 'settings' | 'not-signed-in' | 'provider-failed' =>
  ABOUT_CLIENT.includes(error) ? 'settings' : nobodyAsked(error) ? 'not-signed-in' : 'provider-failed'

/** Some servers send the last two when the user has refused; in OIDC Core §3.1.2.6 they mean that no person was asked. */
const REFUSALS: readonly string[] = ['access_denied', 'consent_required', 'interaction_required']

/** A person may have refused, where one was asked. */
export const isRefusal = (error: string): boolean => REFUSALS.includes(error)
