import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Workload } from '../client.ts'
import { Failure, type FailureCode } from '../errors.ts'
import { detectProvider } from '../providers/detect.ts'
import { isThrottled, type StsError } from '../providers/sts-answer.ts'
import { maskEchoes } from '../session/answers/echoed-secrets.ts'
import type { Profile } from '../settings/profile.ts'
import { requireClient } from '../settings/required-client.ts'
import { safeText } from '../text/safe-text.ts'
import { givenToken, type Invocation } from './invocation.ts'
import { sessionToken } from './request/credentials.ts'

/** The token that AWS is shown. */
export interface WebIdentity {
  readonly token: string
  /** It is LS_AUTH_TOKEN. */
  readonly given: boolean
  /** It is a program's. */
  readonly workload: Workload | undefined
  /** The ID token of the session, which names the person. */
  readonly idToken: string | undefined
}

interface Wish {
  readonly accessToken: boolean
  readonly audience: string | undefined
  readonly narrow: boolean
  readonly roleArn: string
}

/**
 * A person's ID token: AWS compares `azp`, where there is one, with the audiences that it trusts, so many an access token
 * is refused. A workload's token of whatever kind its profile asks for. Failures: those of a token, `usage`, `cannot-do`.
 */
export async function webIdentity(
  invocation: Invocation,
  profile: Profile,
  { accessToken, audience, narrow, roleArn }: Wish,
): Promise<WebIdentity> {
  const outside = givenToken(invocation)
  if (outside !== undefined) {
    if (audience !== undefined) {
      throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth cannot choose its audience', {
        hint: 'Unset it, or drop --audience.',
      })
    }
    refuseOpaque(outside, 'LS_AUTH_TOKEN', 'Set it to a JWT, such as an ID token.')
    if (isOfAws(outside)) throw tokenOfAws('LS_AUTH_TOKEN', roleArn)
    return { token: outside, given: true, workload: undefined, idToken: undefined }
  }
  const client = requireClient(profile)
  const { source, grant } = client.workload ?? {}
  if (source?.kind === 'cloud' && grant === 'as-is')
    throw tokenOfAws(`the token of source = "${source.name}"`, roleArn)
  const use = accessToken ? ('access' as const) : client.workload ? client.preset.useToken : ('id' as const)
  const wish = { use, ...(audience !== undefined && { audience }), ...(narrow && { narrow: true as const }) }
  const { value, body } = await sessionToken(invocation, client, wish)
  refuseOpaque(value, 'the access token', client.workload ? NO_JWT : 'Drop --access-token.')
  if (isOfAws(value)) throw tokenOfAws('the token of this profile', roleArn)
  return { token: value, given: false, workload: client.workload, idToken: body.idToken }
}

const NO_JWT = 'AWS needs a JWT. See workload.grant in ls-auth profile show'

/** Failure `cannot-do`. Whatever AWS cannot read is not sent to it. */
function refuseOpaque(token: string, what: string, hint: string): void {
  if (payloadOf(token)) return
  throw new Failure('cannot-do', `${what} is not a JWT, which AWS requires`, { hint })
}

const isOfAws = (token: string): boolean => detectProvider(String(claimsIn(token).iss)) === 'aws-iam'

/** IAM User Guide, "Getting started with outbound identity federation": AWS gives no role for its own tokens. */
const tokenOfAws = (what: string, roleArn: string): Failure =>
  new Failure('cannot-do', `${what} comes from AWS itself, so AWS gives no role for it`, {
    hint: `Use the AWS credentials: aws sts assume-role --role-arn ${roleArn} --role-session-name workload`,
  })

/** The claims of a token, not verified; empty where it isn't a JWT. */
export function claimsIn(token: string | undefined): Readonly<Record<string, unknown>> {
  return payloadOf(token) ?? {}
}

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
