import { AwsV4Signer } from 'aws4fetch'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import type { Clock, Env, Ports, ProgramOutput } from '../../ports/ports.ts'
import { isThrottled, stsEndpoint, stsError, stsResult } from '../../providers/sts-answer.ts'
import { skewOf, steadyClock } from '../../steady-clock.ts'
import { safeText } from '../../text/safe-text.ts'
import { maskEchoes } from '../answers/echoed-secrets.ts'

const MOST_BYTES = 64 * 1024
/** Waits before it is asked again, milliseconds. */
const WAITS = [500, 1000, 2000] as const
/** No try begins later than that where no `--timeout` is set: a person waits for the command. */
const PATIENCE_MILLISECONDS = 10_000
/** Longest text of AWS that is shown, characters. */
const MOST_SHOWN = 300

/**
 * Asks AWS STS for a token about its caller (`GetWebIdentityToken`; outbound identity federation), signed with
 * Signature Version 4. Failures: `no-proof`, `network`, `refused`.
 */
export async function awsProof(
  client: Pick<Client, 'http'>,
  audience: string | undefined,
  ports: Ports,
): Promise<{ readonly text: string; readonly skewSeconds: number }> {
  const { variables } = ports.env
  const region = variables.AWS_REGION || variables.AWS_DEFAULT_REGION
  if (!region || !/^[a-z0-9-]+$/.test(region)) {
    // The global endpoint of STS does not have this call.
    throw new Failure('no-proof', 'the variable AWS_REGION is not a region', {
      hint: 'Set it to the region of this workload, such as eu-central-1.',
    })
  }
  const url = stsEndpoint(variables, region)
  const keys = await awsKeys(client, ports)
  const http = await ports.http(client.http)
  const ask = async (): Promise<HttpAnswer> => {
    const body = bodyFor(audience)
    const headers = await sign(url, body, region, keys, ports.clock.now())
    return http.send({ method: 'POST', url, headers, body, maxBytes: MOST_BYTES })
  }
  const patience = client.http.timeoutMilliseconds ?? PATIENCE_MILLISECONDS
  const answer = await patiently(ask, patience, ports.clock)
  const { WebIdentityToken: text } = stsResult(answer, 'GetWebIdentityToken')
  const skewSeconds = skewOf(answer, ports.clock.now())
  if (typeof text === 'string' && text !== '') return { text, skewSeconds }
  throw refusal(answer, keys)
}

/**
 * Asks again while STS limits the rate or has trouble of its own. The waits differ, since the jobs of a pipeline begin
 * together; a wait that would end after `patience` milliseconds is not begun.
 */
async function patiently(
  ask: () => Promise<HttpAnswer>,
  patience: number,
  machineClock: Clock,
): Promise<HttpAnswer> {
  const clock = steadyClock(machineClock)
  const until = clock.now() + patience
  for (const usual of WAITS) {
    const answer = await ask()
    const wait = usual * (0.5 + Math.random())
    if (!mayPass(answer) || clock.now() + wait > until) return answer
    await clock.sleep(wait)
  }
  return ask()
}

const mayPass = (answer: HttpAnswer): boolean => answer.status >= 500 || isThrottled(stsError(answer))

const bodyFor = (audience: string | undefined): string =>
  new URLSearchParams({
    Action: 'GetWebIdentityToken',
    Version: '2011-06-15',
    SigningAlgorithm: 'RS256',
    DurationSeconds: '300',
    ...(audience !== undefined && { 'Audience.member.1': audience }),
  }).toString()

async function sign(
  url: URL,
  body: string,
  region: string,
  keys: AwsKeys,
  now: number,
): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({
    ...keys,
    method: 'POST',
    url: url.href,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body,
    service: 'sts',
    region,
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  })
  return Object.fromEntries((await signer.sign()).headers)
}

function refusal(answer: HttpAnswer, keys: AwsKeys): Failure {
  const { code, message } = stsError(answer)
  const hint = code && HINTS.find(([pattern]) => pattern.test(code))?.[1]
  return new Failure('no-proof', `aws gave no token (${code ?? `HTTP ${answer.status}`})`, {
    hint: hint ?? (mayPass(answer) ? WAIT : SEE),
    // The message of a wrong signature quotes the signed request, that of an incomplete one its header.
    detail: message === undefined || code?.includes('Signature') ? [] : [awsMessage(message, keys)],
  })
}

const WAIT = 'Wait, then try again. aws sts get-caller-identity shows whether the credentials work.'
const SEE = 'Check that the AWS credentials work: aws sts get-caller-identity'

/** A header with the signature may be quoted, too: whoever has it can send that request again for some minutes. */
const SIGNATURE = /(Signature=\s*)\w+/gi

function awsMessage(message: string, { secretAccessKey, sessionToken = '' }: AwsKeys): string {
  const masked = maskEchoes(message, [secretAccessKey, sessionToken]).replace(SIGNATURE, '$1[secret]')
  return `AWS says: ${safeText(masked, MOST_SHOWN)}`
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^OutboundWebIdentityFederationDisabled/,
    'Outbound federation is disabled for this account. Ask for iam:EnableOutboundWebIdentityFederation.',
  ],
  [/^AccessDenied/, 'Ask for sts:GetWebIdentityToken for this role and this audience.'],
  [/^ExpiredToken/, 'The AWS credentials have expired: get new ones.'],
  [
    /^(InvalidClientTokenId|SignatureDoesNotMatch)/,
    'The AWS credentials or the clock of this machine (date -u) are wrong: aws sts get-caller-identity',
  ],
]

/** What signs a request to AWS. */
interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The id becomes a part of a header, and the session token is one. What stands in for AWS has ids of other lengths. */
const PRINTABLE = /^[\x21-\x7e]+$/

/** How long the AWS CLI may take where no `--timeout` is set: it may ask other servers. */
const CLI_MILLISECONDS = 30_000

/** The credentials in the environment, else those that the AWS CLI has. Failure `no-proof`. */
const awsKeys = async ({ http }: Pick<Client, 'http'>, ports: Ports): Promise<AwsKeys> =>
  ownKeys(ports.env) ?? (await keysOfCli(http.timeoutMilliseconds ?? CLI_MILLISECONDS, ports))

/** A secret that is copied from a file often brings its line break along. */
function ownKeys({ variables }: Env): AwsKeys | undefined {
  const accessKeyId = variables.AWS_ACCESS_KEY_ID?.trim()
  const secretAccessKey = variables.AWS_SECRET_ACCESS_KEY?.trim()
  const sessionToken = variables.AWS_SESSION_TOKEN?.trim()
  if (!accessKeyId || !secretAccessKey) return undefined
  if (![accessKeyId, secretAccessKey, sessionToken || 'none'].every((one) => PRINTABLE.test(one)))
    throw new Failure('no-proof', 'the variables AWS_ACCESS_KEY_ID and so on hold no credentials', {
      hint: 'Each must be one line of printable characters, without blanks.',
    })
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}

/** The AWS CLI (version 2) knows every other way: profiles, roles of instances and containers, IAM Identity Center. */
async function keysOfCli(milliseconds: number, ports: Ports): Promise<AwsKeys> {
  const programs = await ports.programs()
  const stop = new AbortController()
  const forget = ports.signals.beforeEnd(async () => stop.abort())
  try {
    const limits = { milliseconds, stop: stop.signal }
    const output = await programs.output([...EXPORT.split(' '), '--format', 'process'], limits)
    const keys = output.end === 'written' && readKeys(output.text)
    if (keys) return keys
    throw noKeys(output)
  } finally {
    forget()
  }
}

const EXPORT = 'aws configure export-credentials'

function noKeys({ end }: ProgramOutput): Failure {
  if (end === 'no-program')
    return new Failure('no-proof', 'found no AWS credentials in the environment and no program aws', {
      hint: INSTALL,
    })
  const what = end === 'too-late' ? 'did not answer in time' : 'gave no credentials'
  return new Failure('no-proof', `${EXPORT} ${what}`, {
    hint: `Check its output: ${EXPORT}. It needs the AWS CLI version 2.`,
  })
}

const INSTALL = 'Set AWS_ACCESS_KEY_ID and the others, or install the AWS CLI version 2.'

/** The form of a `credential_process`. */
function readKeys(output: string): AwsKeys | undefined {
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
  } = jsonObject(output) ?? {}
  if (typeof accessKeyId !== 'string' || !PRINTABLE.test(accessKeyId)) return undefined
  if (typeof secretAccessKey !== 'string') return undefined
  if (typeof sessionToken !== 'string' || sessionToken === '') return { accessKeyId, secretAccessKey }
  return PRINTABLE.test(sessionToken) ? { accessKeyId, secretAccessKey, sessionToken } : undefined
}
