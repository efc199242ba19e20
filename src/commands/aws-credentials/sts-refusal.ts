import { Failure, type FailureCode } from '../../errors.ts'
import { isThrottled, type StsError } from '../../providers/sts-answer.ts'
import { maskEchoes } from '../../session/answers/echoed-secrets.ts'
import { safeText } from '../../text/safe-text.ts'
import { claimsIn, type WebIdentity } from './web-identity.ts'

/** The request that was refused. */
interface Refused {
  /** The token that was shown last. */
  readonly token: string
  readonly url: URL
  /** Where the first one came from. */
  readonly identity: Pick<WebIdentity, 'token' | 'given' | 'workload'>
}

type Reason = readonly [code: FailureCode, message: string, hint: string]

/** What a refusal of STS means to whoever typed the command, with what AWS and the token say. */
export function explainStsError(error: StsError, refused: Refused): Failure {
  const { token, url } = refused
  const { code, status, message } = error
  if (code === undefined) {
    // A page of a company's proxy, a redirect, a load balancer.
    return new Failure('provider-failed', `${url.host} did not answer like AWS STS (HTTP ${status})`, {
      hint: 'Check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, --region and the proxy, then try again.',
    })
  }
  const [ours, words, hint] = reasonFor(error, refused)
  // AWS may quote the token.
  const detail = message === undefined ? [] : [`AWS says: ${safeText(maskEchoes(message, [token]), 300)}`]
  return new Failure(ours, code === EXPIRED ? words : `${words} (${code})`, {
    hint,
    detail: [...detail, ...(ours === 'not-allowed' ? claimLines(token) : [])],
  })
}

const EXPIRED = 'ExpiredTokenException'

function reasonFor(error: StsError, { token, identity }: Refused): Reason {
  const { code = '', status } = error
  if (code === EXPIRED) return expired(identity, token !== identity.token)
  if (isThrottled(error))
    return ['rate-limited', 'AWS STS received too many requests', 'Wait, then try again.']
  if (/^AccessDenied/.test(code)) {
    const tags = hasTags(token) ? ', and sts:TagSession: the token carries session tags' : ''
    return ['not-allowed', 'the role does not accept your token', `${ASK}${tags}.`]
  }
  const [, ...known] = REASONS.find(([pattern]) => pattern.test(code)) ?? []
  if (known.length === 3) return known
  return status >= 500
    ? ['provider-failed', 'AWS STS has failed', 'Wait, then try again.']
    : ['provider-failed', 'AWS STS refused the request', 'Check --role-arn and --region.']
}

/** `again`: another token was shown after the first. */
function expired({ given, workload }: Refused['identity'], again: boolean): Reason {
  const hint = 'Check the clock of this machine: date -u'
  if (given)
    return ['not-signed-in', 'AWS says that the token in LS_AUTH_TOKEN has expired', 'Set it to a new token.']
  if (workload)
    return [
      'not-signed-in',
      `AWS says that the token of this workload has expired${again ? ', and a new one too' : ''}`,
      hint,
    ]
  return [
    'session-ended',
    `AWS says that the token has expired${again ? ', and a renewed one too' : ''}`,
    `${hint.replace(': date -u', '')}, then sign in again: ls-auth login`,
  ]
}

/** The claim with session tags, or claims below it (IAM User Guide, "Pass session tags in AWS STS"). */
const hasTags = (token: string): boolean =>
  Object.keys(claimsIn(token)).some((name) => /^https:\/\/aws\.amazon\.com\/tags(\/|$)/.test(name))

const ASK =
  'Ask for a trust policy of the role that allows sts:AssumeRoleWithWebIdentity for this sub and aud'

const REASONS: readonly (readonly [code: RegExp, ...Reason])[] = [
  [
    /^IDPCommunicationError$/,
    'provider-failed',
    'AWS cannot reach your identity provider',
    'Try again. Its metadata and keys must be reachable from the internet.',
  ],
  [
    /^InvalidIdentityToken$/,
    'not-allowed',
    'AWS does not accept this token',
    'IAM needs an OIDC provider for this issuer, with the azp or aud of the token in its audiences, and must reach its keys.',
  ],
  [
    /^IDPRejectedClaim/,
    'not-allowed',
    'your identity provider reported this token to AWS as invalid',
    'Ask whoever runs the identity provider.',
  ],
  [
    /^PackedPolicyTooLarge/,
    'not-allowed',
    'the session tags in the token are too large for AWS',
    'Ask whoever runs the identity provider for fewer tags in the claim https://aws.amazon.com/tags',
  ],
  [
    /^RegionDisabled/,
    'settings',
    "the role's account has STS disabled in this region",
    'Choose another with --region, or ask for STS to be enabled.',
  ],
  [
    /^(ValidationError|InvalidParameterValue|MissingParameter|MalformedInput)/,
    'usage',
    'AWS rejected a value of the request',
    'Check --role-arn and --duration. A role can allow less than 12h.',
  ],
]

/** The claims that IAM trusts a token by, one a line. */
function claimLines(token: string): string[] {
  const { iss, aud, azp, sub } = claimsIn(token)
  return Object.entries({ iss, aud, azp, sub }).flatMap(([name, value]) =>
    value === undefined ? [] : [`the token says ${name} = ${safeText([value].flat().join(' '), 200)}`],
  )
}
