import { normalise } from '../../claims/normalise.ts'
import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import type { Clock } from '../../ports/ports.ts'
import {
  isPerhapsUnreached,
  isRegion,
  isThrottled,
  type RoleCredentials,
  readStsAnswer,
  stsEndpoint,
} from '../../providers/sts-answer.ts'
import { safeText } from '../../text/safe-text.ts'
import { maskInCiLog } from '../ci-log.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { type Invocation, loadProfile } from '../invocation.ts'
import { openRecorder } from '../request/recorder.ts'
import { requireReason } from '../request/require-api.ts'
import { durationFlag, textFlag } from '../typed-flags.ts'
import { explainStsError } from './sts-refusal.ts'
import { claimsIn, type WebIdentity, webIdentity } from './web-identity.ts'

/** Whether AWS takes a text as `RoleSessionName`. */
const isSessionName = (text: string): boolean => /^[\w+=,.@-]{2,64}$/.test(text)

/**
 * The name under which CloudTrail shows what is done with the credentials: the person's e-mail address or user name, or
 * the subject of a workload.
 */
function sessionNameOf(
  { token, idToken }: Pick<WebIdentity, 'token' | 'idToken'>,
  { preset, workload }: Pick<PartialClient, 'preset' | 'workload'>,
): string {
  const claims = idToken === undefined ? claimsIn(token) : claimsIn(idToken)
  const { email, userName, subject } = normalise(claims, { kind: 'id', names: preset.claimNames })
  const name = (workload ? undefined : (email.value ?? userName.value)) ?? subject.value ?? ''
  const allowed = name.replace(/[^\w+=,.@-]+/g, '-').slice(0, 64)
  return isSessionName(allowed) ? allowed : 'ls-auth'
}

/** What is asked of STS. */
interface RoleRequest {
  readonly roleArn: string
  readonly sessionName: string
  /** Undefined: an hour, the default of STS. */
  readonly durationSeconds: number | undefined
  /** The JWT. It goes into the body alone: STS would take it from a query, too, which servers log. */
  readonly token: string
}

const MOST_BYTES = 64 * 1024
/** Waits before the second and the third try, milliseconds. */
const WAITS = [500, 1500] as const

/**
 * Sends `AssumeRoleWithWebIdentity`, which is not signed: the token is the proof. Tried again while AWS cannot reach the
 * identity provider, is asked too often or has trouble of its own; asking twice does no harm. Failures: `network`, `refused` (TLS).
 */
async function assumeRole(
  url: URL,
  { roleArn, sessionName, durationSeconds, token }: RoleRequest,
  http: Http,
  clock: Clock,
): Promise<HttpAnswer> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ...(durationSeconds !== undefined && { DurationSeconds: String(durationSeconds) }),
    WebIdentityToken: token,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  for (let attempt = 0; ; attempt++) {
    const answer = await http.send({ method: 'POST', url, headers, body, maxBytes: MOST_BYTES })
    const wait = WAITS[attempt]
    if (wait === undefined || !mayPass(answer)) return answer
    await clock.sleep(wait)
  }
}

function mayPass(answer: HttpAnswer): boolean {
  const reply = readStsAnswer(answer)
  return 'status' in reply && (reply.status >= 500 || isThrottled(reply) || isPerhapsUnreached(reply))
}

interface CredentialOptions {
  readonly roleArn: string
  readonly sessionName: string | undefined
  readonly durationSeconds: number | undefined
  readonly region: string | undefined
  readonly accessToken: boolean
  readonly audience: string | undefined
  readonly narrow: boolean
}

/** What `DurationSeconds` may be (API Reference of AWS STS, AssumeRoleWithWebIdentity). */
const [SHORTEST, LONGEST] = [900, 43_200]

/**
 * `ls-auth aws-credentials`: credentials of an AWS role, for what STS is shown of the sign-in. Printed as the AWS CLI and
 * SDKs read it from a `credential_process`.
 */
export const awsCredentials: CliCommand<CredentialOptions> = { read, run }

function read({ flags }: Typed): CredentialOptions {
  const roleArn = textFlag(flags, 'roleArn')
  if (roleArn === undefined || !/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) {
    const what =
      roleArn === undefined ? 'missing --role-arn' : `--role-arn: "${safeText(roleArn, 60)}" is not a role`
    throw new Failure('usage', what, {
      hint: 'Give its ARN: --role-arn arn:aws:iam::123456789012:role/NAME',
    })
  }
  const sessionName = textFlag(flags, 'roleSessionName')
  if (sessionName !== undefined && !isSessionName(sessionName)) {
    throw new Failure('usage', `--role-session-name: "${safeText(sessionName, 60)}" is not allowed by AWS`, {
      hint: 'Use 2 to 64 letters, digits and _+=,.@-',
    })
  }
  return {
    roleArn,
    sessionName,
    durationSeconds: readDuration(flags),
    region: readRegion(textFlag(flags, 'region'), '--region'),
    accessToken: flags.accessToken === true,
    audience: textFlag(flags, 'audience'),
    narrow: flags.narrow === true,
  }
}

function readDuration(flags: Typed['flags']): number | undefined {
  const seconds = durationFlag(flags, 'duration')
  if (seconds === undefined || (seconds >= SHORTEST && seconds <= LONGEST)) return seconds
  throw new Failure('usage', '--duration is not between 15m and 12h, which is what AWS allows', {
    hint: 'Write it like 15m or 1h. The role may allow less than 12h.',
  })
}

function readRegion(text: string | undefined, from: string): string | undefined {
  if (text === undefined || isRegion(text)) return text
  throw new Failure('usage', `${from}: "${safeText(text, 40)}" is not the name of a region`, {
    hint: 'Write it like eu-central-1.',
  })
}

async function run(invocation: Invocation, options: CredentialOptions): Promise<void> {
  const { ports } = invocation
  const url = endpointFor(options, ports.env.variables)
  const { profile } = await loadProfile(invocation)
  requireReason(profile.client)
  const identity = await webIdentity(invocation, profile, options)
  const { client } = profile
  const { token } = identity
  const { roleArn, durationSeconds, sessionName = sessionNameOf(identity, client) } = options
  const request = { roleArn, sessionName, durationSeconds, token }
  const answer = readStsAnswer(await assumeRole(url, request, await ports.http(client.http), ports.clock))
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(identity.idToken)
  await recorder.note('hand-out', token)
  if ('status' in answer) throw explainStsError(answer, { token, url, identity })
  maskInCiLog(invocation, answer.secretAccessKey)
  maskInCiLog(invocation, answer.sessionToken)
  await ports.terminal.out(`${JSON.stringify(processForm(answer))}\n`)
}

/** Failures: `usage`, `refused`. */
function endpointFor(
  { region }: CredentialOptions,
  variables: Readonly<Record<string, string | undefined>>,
): URL {
  const inherited = variables.AWS_REGION || variables.AWS_DEFAULT_REGION || undefined
  return stsEndpoint(variables, region ?? readRegion(inherited, 'AWS_REGION'))
}

/** docs.aws.amazon.com, "Sourcing credentials with an external process". */
const processForm = ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: RoleCredentials) => ({
  Version: 1,
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken,
  Expiration: `${new Date(expiresAt).toISOString().slice(0, 19)}Z`,
})
