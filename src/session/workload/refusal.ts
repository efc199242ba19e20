import type { Client, Workload } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { PROOF_ERRORS } from '../answers/proof-errors.ts'
import { ProviderFailure } from '../answers/provider-errors.ts'
import type { Proof } from './proof.ts'

/**
 * A failure in words for whoever runs the program: what the provider has refused, with what the proof says. Nobody signs
 * in here, so a hint to do that is replaced.
 */
export function explainRefusal(error: unknown, workload: Workload, proof: Proof | undefined): unknown {
  if (!(error instanceof Failure)) return error
  if (!(error instanceof ProviderFailure)) return withoutLogin(error)
  // Neither the proof nor the client was looked at.
  if (PROOF_ERRORS.has(error.wire.error ?? '')) return error.withHint(NO_KEY)
  if (isRefusal(error)) {
    return new Failure('not-signed-in', error.message, {
      detail: [...error.detail, ...saidBy(proof)],
      hint: hintOn(error.wire.error, workload),
      cause: error,
    })
  }
  return withoutLogin(error)
}

/** The same failure; a hint to sign in is of no use to a program. */
const withoutLogin = (failure: Failure): Failure =>
  failure.hint.includes('ls-auth login') ? failure.withHint(NO_LOGIN) : failure

const NO_KEY =
  'Tokens of a workload are bound to no key: set at the provider that this client need not use DPoP.'
const NO_LOGIN = 'ls-auth doctor looks at each step from the proof to the API.'

/** The provider has judged the request. Anything else (no answer, HTTP 5xx, 429) may go well at the next try. */
const isRefusal = ({ wire: { error, status = 400 } }: ProviderFailure): boolean =>
  status < 500 &&
  status !== 429 &&
  (error === undefined ? status === 401 || status === 403 : !PASSING.includes(error))

/** RFC 6749 §4.1.2.1. */
const PASSING: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down']

function hintOn(error: string | undefined, { grant, clientAuth }: Workload): string {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return HOW_IT_AUTHENTICATES[clientAuth]
    case 'unsupported_grant_type':
      return `Allow the grant ${grant} for this client at the provider, or set workload.grant.`
    case 'invalid_scope':
    case 'invalid_target':
      return 'Compare scopes and audience of the profile with what the provider allows this client.'
    default:
      return grant === 'client-credentials' && clientAuth !== 'source_token'
        ? HOW_IT_AUTHENTICATES[clientAuth]
        : 'Compare issuer, audience and subject of the proof with those that the provider trusts.'
  }
}

const HOW_IT_AUTHENTICATES: Readonly<Record<Workload['clientAuth'], string>> = {
  none: 'Check client_id, and that the provider lets this client in without a secret (workload.client_auth).',
  client_secret_basic: 'Check client_id and the secret in LS_AUTH_CLIENT_SECRET_FILE.',
  client_secret_post: 'Check client_id and the secret in LS_AUTH_CLIENT_SECRET_FILE.',
  private_key_jwt:
    'Check client_id, and that the provider has the public key of workload.assertion_key under this assertion_key_id.',
  source_token:
    'Compare issuer, audience and subject of the proof with those that the provider trusts for this client_id.',
}

/** The claims that a provider trusts a proof by, one a line. */
function saidBy(proof: Proof | undefined): string[] {
  const { iss, aud, sub } = proof?.claims ?? {}
  return Object.entries({ iss, aud, sub }).flatMap(([name, value]) =>
    value === undefined ? [] : [`the proof says ${name} = ${safeText([value].flat().join(' '), 200)}`],
  )
}

/** The profile's part of a request that the source or the grant cannot fulfil. */
export const cannotChoose = ({ profile }: Pick<Client, 'profile'>, what: string, source: string): Failure =>
  new Failure('cannot-do', `the token from ${source} is used as it is, so its ${what} cannot be chosen`, {
    hint: `Leave the flag out, or set another workload.grant in profile ${safeText(profile, 60)}.`,
  })
