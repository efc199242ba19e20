import type { Workload } from '../../client.ts'
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

interface Reason {
  readonly code: FailureCode
  readonly message: string
  readonly hint: string
}

/** Longest text of AWS that is shown, characters. */
const MOST_SHOWN = 300

/** What a refusal of STS means to whoever typed the command, with what AWS and the token say. */
export function explainStsError(error: StsError, { token, url, identity }: Refused): Failure {
  const { code, status } = error
  if (code === undefined) return noAnswerOfSts(status, url)
  if (code === 'ExpiredTokenException')
    return expired(identity, token !== identity.token, saidByAws(error, token))
  const { code: ours, message, hint } = reasonFor(error, token)
  return new Failure(ours, `${message} (${code})`, {
    hint,
    detail: [...saidByAws(error, token), ...(ours === 'not-allowed' ? saidByToken(token) : [])],
  })
}

/** A page of a company's proxy, a redirect, a load balancer. */
const noAnswerOfSts = (status: number, url: URL): Failure =>
  new Failure('provider-failed', `${url.host} gave no answer of AWS STS (HTTP ${status})`, {
    hint: 'Check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, --region and the proxy, then try again.',
  })

/** `again`: another token was shown after the first. */
function expired({ given, workload }: Refused['identity'], again: boolean, detail: string[]): Failure {
  if (given) {
    return new Failure('not-signed-in', 'AWS says that the token in LS_AUTH_TOKEN has expired', {
      hint: 'Give it a new one.',
      detail,
    })
  }
  if (workload) {
    const what =
      workload.grant === 'as-is' ? `from ${safeText(workload.source.name, 200)}` : 'of this workload'
    const more = again ? ', and a new one too' : ''
    return new Failure('not-signed-in', `AWS says that the token ${what} has expired${more}`, {
      hint: hintOnExpired(workload),
      detail,
    })
  }
  const more = again ? ', and a renewed one too' : ''
  return new Failure('session-ended', `AWS says that the token has expired${more}`, {
    hint: 'Check the clock of this machine, then sign in again: ls-auth login',
    detail,
  })
}

function hintOnExpired({ grant, source }: Workload): string {
  if (grant === 'as-is' && source.kind === 'file')
    return 'See what renews the file, and check the clock of this machine: date -u'
  return grant === 'as-is' && source.kind === 'variable'
    ? 'Let the platform make a new one, and check the clock of this machine: date -u'
    : 'Check the clock of this machine: date -u'
}

function reasonFor(error: StsError, token: string): Reason {
  const { code = '', status, message = '' } = error
  if (code === 'IDPCommunicationError') return UNREACHABLE
  if (isThrottled(error)) return THROTTLED
  if (code === 'InvalidIdentityToken') return INVALID.find(([words]) => words.test(message))?.[1] ?? UNKNOWN
  if (/^AccessDenied/.test(code)) return hasTags(token) || message.includes(TAG) ? NO_TAGS : NO_TRUST
  const known = REASONS.find(([pattern]) => pattern.test(code))?.[1]
  if (known !== undefined) return known
  return status >= 500
    ? { code: 'provider-failed', message: 'AWS STS has failed', hint: 'Wait, then try again.' }
    : {
        code: 'provider-failed',
        message: 'AWS STS refused the request',
        hint: 'Check --role-arn and --region.',
      }
}

const TAG = 'sts:TagSession'
/** The claim with session tags, or claims below it (IAM User Guide, "Pass session tags in AWS STS"). */
const hasTags = (token: string): boolean =>
  Object.keys(claimsIn(token)).some((name) => /^https:\/\/aws\.amazon\.com\/tags(\/|$)/.test(name))

const ASK =
  'Ask for a trust policy of the role that allows sts:AssumeRoleWithWebIdentity for this sub and aud'
const NO_TRUST: Reason = {
  code: 'not-allowed',
  message: 'the role does not accept your token',
  hint: `${ASK}.`,
}
const NO_TAGS: Reason = { ...NO_TRUST, hint: `${ASK}, and ${TAG}: the token carries session tags.` }

const UNREACHABLE: Reason = {
  code: 'provider-failed',
  message: 'AWS cannot reach your identity provider',
  hint: 'Try again; its metadata and keys must be open to the internet.',
}
const UNKNOWN: Reason = {
  code: 'not-allowed',
  message: 'AWS does not take this token',
  hint: 'Ask for an OIDC provider in IAM for this issuer, with the azp or aud of the token in its audiences.',
}
/** `InvalidIdentityToken` is one code for many faults: the words choose the hint. */
const INVALID: readonly (readonly [RegExp, Reason])[] = [
  // Access tokens of Cognito have none.
  [
    /required claim: aud/i,
    { ...UNKNOWN, hint: 'Show it an ID token (no --access-token), or one whose aud IAM knows.' },
  ],
  [/verification key/i, { ...UNKNOWN, hint: UNREACHABLE.hint }],
  [
    /verify the signature/i,
    {
      ...UNKNOWN,
      hint: 'Ask whoever runs the identity provider: AWS must find the key of this token there, and takes RS and ES signatures alone.',
    },
  ],
]
const THROTTLED: Reason = {
  code: 'rate-limited',
  message: 'AWS STS was asked too often',
  hint: 'Wait, then try again.',
}

const REASONS: readonly (readonly [RegExp, Reason])[] = [
  [
    /^IDPRejectedClaim/,
    {
      code: 'not-allowed',
      message: 'your identity provider told AWS that this token is not valid',
      hint: 'Ask whoever runs the identity provider.',
    },
  ],
  [
    /^PackedPolicyTooLarge/,
    {
      code: 'not-allowed',
      message: 'the session tags in the token are too large for AWS',
      hint: 'Ask whoever runs the identity provider for fewer tags in the claim https://aws.amazon.com/tags',
    },
  ],
  [
    /^RegionDisabled/,
    {
      code: 'settings',
      message: 'STS is switched off for this region in the account of the role',
      hint: 'Choose another with --region, or ask for it to be switched on.',
    },
  ],
  [
    /^(ValidationError|InvalidParameterValue|MissingParameter|MalformedInput)/,
    {
      code: 'usage',
      message: 'AWS does not accept a value of the request',
      hint: 'Check --role-arn and --duration: a role can allow less than 12h.',
    },
  ],
]

/** The message of AWS, without what it may quote of the token. */
const saidByAws = ({ message }: StsError, token: string): string[] =>
  message === undefined ? [] : [`AWS says: ${safeText(maskEchoes(message, [token]), MOST_SHOWN)}`]

/** The claims that IAM trusts a token by, one a line. */
function saidByToken(token: string): string[] {
  const { iss, aud, azp, sub } = claimsIn(token)
  return Object.entries({ iss, aud, azp, sub }).flatMap(([name, value]) =>
    value === undefined ? [] : [`the token says ${name} = ${safeText([value].flat().join(' '), 200)}`],
  )
}
