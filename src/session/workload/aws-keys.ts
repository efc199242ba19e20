import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import type { ProgramOutput } from '../../ports/programs.ts'

/** What signs a request to AWS. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The id becomes a part of a header, and the session token is one. What stands in for AWS has ids of other lengths. */
const PRINTABLE = /^[\x21-\x7e]+$/

/** How long the AWS CLI may take where no `--timeout` is set: it may ask other servers. */
const CLI_MILLISECONDS = 30_000

/** The credentials in the environment, else those that the AWS CLI has. Failure `no-proof`. */
export const awsKeys = async ({ http }: Pick<Client, 'http'>, ports: Ports): Promise<AwsKeys> =>
  ownKeys(ports.env) ?? (await keysOfCli(http.timeoutMilliseconds ?? CLI_MILLISECONDS, ports))

/** A secret that is copied from a file often brings its line break along. */
function ownKeys({ variables }: Env): AwsKeys | undefined {
  const accessKeyId = variables.AWS_ACCESS_KEY_ID?.trim()
  const secretAccessKey = variables.AWS_SECRET_ACCESS_KEY?.trim()
  const sessionToken = variables.AWS_SESSION_TOKEN?.trim()
  if (!accessKeyId || !secretAccessKey) return undefined
  if (!PRINTABLE.test(accessKeyId)) throw holdsNone('AWS_ACCESS_KEY_ID', 'access key id')
  if (!PRINTABLE.test(secretAccessKey)) throw holdsNone('AWS_SECRET_ACCESS_KEY', 'secret access key')
  if (sessionToken && !PRINTABLE.test(sessionToken)) throw holdsNone('AWS_SESSION_TOKEN', 'session token')
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}

const holdsNone = (variable: string, what: string): Failure =>
  new Failure('no-proof', `the variable ${variable} holds no ${what}`, {
    hint: 'It must be one line of printable characters, without blanks.',
  })

/** The AWS CLI (version 2) knows every other way: profiles, roles of instances and containers, IAM Identity Center. */
async function keysOfCli(milliseconds: number, ports: Ports): Promise<AwsKeys> {
  const programs = await ports.programs()
  const stop = new AbortController()
  const forget = ports.signals.beforeEnd(async () => stop.abort())
  try {
    const limits = { milliseconds, stop: stop.signal }
    const said = await programs.output([...EXPORT.split(' '), '--format', 'process'], limits)
    const keys = said.end === 'written' && readKeys(said.text)
    if (keys) return keys
    throw noKeys(said)
  } finally {
    forget()
  }
}

const EXPORT = 'aws configure export-credentials'
/** AWS CLI User Guide, "Return codes", of version 1 and of version 2: the command line was not understood. */
const NOT_UNDERSTOOD: readonly (number | undefined)[] = [2, 252]

function noKeys(said: ProgramOutput): Failure {
  const none = (message: string, hint: string) => new Failure('no-proof', message, { hint })
  if (said.end === 'no-program')
    return none('there are no AWS credentials in the environment, and no program aws', INSTALL)
  if (said.end === 'too-late')
    return none(`${EXPORT} did not answer in time`, `See what it waits for: ${EXPORT}`)
  if (said.end === 'written') return none(`${EXPORT} gave no credentials`, `See what it says: ${EXPORT}`)
  if (NOT_UNDERSTOOD.includes(said.status)) return none(`the program aws does not know ${EXPORT}`, INSTALL)
  return none(
    `${EXPORT} failed${said.status === undefined ? '' : ` (exit ${said.status})`}`,
    `See what it says: ${EXPORT}`,
  )
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
