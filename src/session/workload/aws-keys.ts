import { Failure } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { Env, Ports } from '../../ports/ports.ts'

/** What signs a request to AWS. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** API Reference of AWS STS, "Credentials". The id becomes a part of a header, and the session token is one. */
const ID = /^\w{16,128}$/
const PRINTABLE = /^[\x21-\x7e]+$/

/** The credentials in the environment, else those that the AWS CLI has. Failure `no-proof`. */
export const awsKeys = async (ports: Ports): Promise<AwsKeys> =>
  ownKeys(ports.env) ?? (await keysOfCli(ports))

/** A secret that is copied from a file often brings its line break along. */
function ownKeys({ variables }: Env): AwsKeys | undefined {
  const accessKeyId = variables.AWS_ACCESS_KEY_ID?.trim()
  const secretAccessKey = variables.AWS_SECRET_ACCESS_KEY?.trim()
  const sessionToken = variables.AWS_SESSION_TOKEN?.trim()
  if (!accessKeyId || !secretAccessKey) return undefined
  if (!ID.test(accessKeyId))
    throw holdsNone('AWS_ACCESS_KEY_ID', 'access key id', '16 to 128 letters and digits')
  const form = 'one line of printable characters'
  if (!PRINTABLE.test(secretAccessKey)) throw holdsNone('AWS_SECRET_ACCESS_KEY', 'secret access key', form)
  if (sessionToken && !PRINTABLE.test(sessionToken))
    throw holdsNone('AWS_SESSION_TOKEN', 'session token', form)
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}

const holdsNone = (variable: string, what: string, form: string): Failure =>
  new Failure('no-proof', `the variable ${variable} holds no ${what}`, {
    hint: `It must be ${form}, without blanks.`,
  })

/** The AWS CLI knows every other way: profiles, roles of instances and containers, IAM Identity Center. */
async function keysOfCli(ports: Ports): Promise<AwsKeys> {
  const programs = await ports.programs()
  const output = await programs.output(['aws', 'configure', 'export-credentials', '--format', 'process'])
  const keys = readKeys(output)
  if (keys) return keys
  throw new Failure('no-proof', 'there are no AWS credentials here', {
    hint: 'Set AWS_ACCESS_KEY_ID and the others, or see: aws configure export-credentials',
  })
}

/** The form of a `credential_process`. */
function readKeys(output: string | undefined): AwsKeys | undefined {
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
  } = jsonObject(output) ?? {}
  if (typeof accessKeyId !== 'string' || !ID.test(accessKeyId)) return undefined
  if (typeof secretAccessKey !== 'string') return undefined
  if (typeof sessionToken !== 'string') return { accessKeyId, secretAccessKey }
  return PRINTABLE.test(sessionToken) ? { accessKeyId, secretAccessKey, sessionToken } : undefined
}
