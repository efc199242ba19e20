import { normalise } from '../claims/normalise.ts'
import type { PartialClient } from '../client.ts'
import { claimsIn, explainStsError, type WebIdentity, webIdentity } from '../commands/aws-web-identity.ts'
import { maskInCiLog } from '../commands/ci-log.ts'
import { loadProfile } from '../commands/invocation.ts'
import { requireReason } from '../commands/request/bound-token.ts'
import { openRecorder } from '../commands/request/recorder.ts'
import { Failure } from '../errors.ts'
import { OF_A_SESSION } from '../frame/exit-statuses.ts'
import { bool, text, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { Http, HttpAnswer } from '../ports/http.ts'
import type { Clock } from '../ports/ports.ts'
import {
  isPerhapsUnreached,
  isRegion,
  isThrottled,
  type RoleCredentials,
  readStsAnswer,
  stsEndpoint,
} from '../providers/sts-answer.ts'
import { parseDuration } from '../settings/duration.ts'
import { safeText } from '../text/safe-text.ts'
import { wishFlags } from './flags.ts'

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

/** The request to STS. */
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

/** What `DurationSeconds` may be (API Reference of AWS STS, AssumeRoleWithWebIdentity). */
const [SHORTEST, LONGEST] = [900, 43_200]

const ROLE = 'arn:aws:iam::123456789012:role/TraceReader'

/**
 * `ls-auth aws-credentials`: credentials of an AWS role, for what STS is shown of the sign-in. Printed as the AWS CLI and
 * SDKs read it from a `credential_process`.
 */
export const awsCredentials = verb({
  summary: 'print AWS role credentials, for credential_process in ~/.aws/config',
  flags: {
    roleArn: {
      help: 'role to assume',
      takes: '<arn>',
      read(typed): string {
        if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(String(typed))) return String(typed)
        const isThere = typeof typed === 'string'
        throw new Failure(
          'usage',
          isThere ? `--role-arn: "${safeText(typed, 60)}" is not a role` : 'missing --role-arn',
          { hint: 'Give its ARN: --role-arn arn:aws:iam::123456789012:role/NAME' },
        )
      },
    },
    roleSessionName: value(
      '<name>',
      'how CloudTrail names you (your e-mail address or user name)',
      (typed, flag) => {
        if (isSessionName(typed)) return typed
        throw new Failure('usage', `${flag}: "${safeText(typed, 60)}" is not allowed by AWS`, {
          hint: 'Use 2 to 64 letters, digits and _+=,.@-',
        })
      },
    ),
    duration: value('<duration>', 'lifetime: 15m to 12h (1h)', (typed, flag) => {
      const seconds = parseDuration(typed, flag)
      if (seconds >= SHORTEST && seconds <= LONGEST) return seconds
      throw new Failure('usage', '--duration is not between 15m and 12h, which is what AWS allows', {
        hint: 'Write it like 15m or 1h. The role may allow less than 12h.',
      })
    }),
    region: value(
      '<name>',
      'region of STS (AWS_REGION, AWS_DEFAULT_REGION, else the global endpoint)',
      readRegion,
    ),
    accessToken: bool('send AWS the access token instead of the ID token'),
    audience: text('<name>', 'a token for this audience', { alias: 'aud' }),
    narrow: wishFlags.narrow,
  },
  formats: [],
  settings: ['reason'],
  variables: ['LS_AUTH_TOKEN', 'LS_AUTH_CLIENT_SECRET_FILE', 'AWS_ENDPOINT_URL_STS'],
  exits: [...OF_A_SESSION, 4],
  examples: [
    { does: 'credentials of a role', line: `ls-auth aws-credentials --role-arn ${ROLE}` },
    {
      does: 'for a quarter of an hour, from the STS of one region',
      line: `ls-auth aws-credentials --role-arn ${ROLE} --duration 15m --region eu-central-1`,
    },
    {
      does: 'for credential_process = in ~/.aws/config',
      line: `ls-auth aws-credentials --role-arn ${ROLE} --region eu-central-1 --profile work`,
    },
  ],
  async run(invocation, options) {
    const { ports } = invocation
    const { variables } = ports.env
    const inherited = variables.AWS_REGION || variables.AWS_DEFAULT_REGION
    const region = options.region ?? (inherited ? readRegion(inherited, 'AWS_REGION') : undefined)
    const url = stsEndpoint(variables, region)
    const { profile } = await loadProfile(invocation)
    const { client } = profile
    requireReason(client)
    const identity = await webIdentity(invocation, profile, options)
    const { token } = identity
    const { roleArn, duration: durationSeconds, roleSessionName } = options
    const sessionName = roleSessionName ?? sessionNameOf(identity, client)
    const request = { roleArn, sessionName, durationSeconds, token }
    const answer = readStsAnswer(await assumeRole(url, request, await ports.http(client.http), ports.clock))
    const recorder = openRecorder(invocation, client)
    recorder.signedInBy(identity.idToken)
    await recorder.note('hand-out', token)
    if ('status' in answer) throw explainStsError(answer, { token, url, identity })
    maskInCiLog(invocation, answer.secretAccessKey)
    maskInCiLog(invocation, answer.sessionToken)
    await ports.terminal.out(`${JSON.stringify(processForm(answer))}\n`)
    return undefined
  },
})

function readRegion(typed: string, from: string): string {
  if (isRegion(typed)) return typed
  throw new Failure('usage', `${from}: "${safeText(typed, 40)}" is not the name of a region`, {
    hint: 'Write it like eu-central-1.',
  })
}

/** docs.aws.amazon.com, "Sourcing credentials with an external process". */
const processForm = ({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: RoleCredentials) => ({
  Version: 1,
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken,
  Expiration: `${new Date(expiresAt).toISOString().slice(0, 19)}Z`,
})
