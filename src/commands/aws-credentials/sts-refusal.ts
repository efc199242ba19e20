import { Failure, type FailureCode } from '../../errors.ts'
import { isThrottled, type StsError } from '../../providers/sts-answer.ts'
import { maskEchoes } from '../../session/answers/echoed-secrets.ts'
import { safeText } from '../../text/safe-text.ts'
import { claimsIn, type WebIdentity } from './web-identity.ts'

/** The request that was refused. */
interface Refused {
  readonly token: string
  readonly url: URL
  readonly identity: Pick<WebIdentity, 'given' | 'workload'>
}

type Reason = readonly [code: FailureCode, message: string, hint: string]

/** What a refusal of STS means to whoever typed the command, with what AWS and the token say. */
export function explainStsError(error: StsError, { token, url, identity }: Refused): Failure {
  const { code, status, message } = error
  if (code === undefined) {
    // A page of a company's proxy, a redirect, a load balancer.
    return new Failure('provider-failed', `${url.host} did not answer like AWS STS (HTTP ${status})`, {
      hint: 'Check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, --region and the proxy, then try again.',
    })
  }
  const [ours, words, hint] = reasonFor(error, identity)
  // AWS may quote the token.
  const detail = message === undefined ? [] : [`AWS says: ${safeText(maskEchoes(message, [token]), 300)}`]
  return new Failure(ours, `${words} (${code})`, {
    hint,
    detail: [...detail, ...(ours === 'not-allowed' ? claimLines(token) : [])],
  })
}

function reasonFor(error: StsError, { given, workload }: Refused['identity']): Reason {
  const { code = '' } = error
  if (isThrottled(error))
    return ['rate-limited', 'AWS STS received too many requests', 'Wait, then try again.']
  if (code === 'ExpiredTokenException')
    return given
      ? ['not-signed-in', 'AWS says that the token in LS_AUTH_TOKEN has expired', 'Set it to a new token.']
      : [
          workload ? 'not-signed-in' : 'session-ended',
          'AWS says that the token has expired',
          `Check the clock of this machine${workload ? ': date -u' : ', then sign in again: ls-auth login'}`,
        ]
  if (/^AccessDenied/.test(code))
    return [
      'not-allowed',
      'the role does not accept your token',
      'Ask for a trust policy of the role that allows sts:AssumeRoleWithWebIdentity for this sub and aud.',
    ]
  if (code === 'InvalidIdentityToken')
    return [
      'not-allowed',
      'AWS does not accept this token',
      'IAM needs an OIDC provider for this issuer, with the azp or aud of the token in its audiences, and must reach its keys.',
    ]
  if (/^(ValidationError|InvalidParameterValue|MissingParameter|MalformedInput)/.test(code))
    return [
      'usage',
      'AWS rejected a value of the request',
      'Check --role-arn and --duration. A role can allow less than 12h.',
    ]
  return [
    'provider-failed',
    'AWS STS refused the request',
    'Check --role-arn and --region, then try again. AWS must reach your identity provider from the internet.',
  ]
}

/** The claims that IAM trusts a token by, one a line. */
function claimLines(token: string): string[] {
  const { iss, aud, azp, sub } = claimsIn(token)
  return Object.entries({ iss, aud, azp, sub }).flatMap(([name, value]) =>
    value === undefined ? [] : [`the token says ${name} = ${safeText([value].flat().join(' '), 200)}`],
  )
}
