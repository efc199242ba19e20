import { Failure } from '../errors.ts'
import { isObject, type JsonObject, jsonObject } from '../json-object.ts'
import { isHttpsOrLoopback } from '../loopback-host.ts'
import type { HttpAnswer } from '../ports/http.ts'

export interface RoleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What STS says of a request that it refuses; both undefined: this isn't an answer of STS. */
export interface StsError {
  readonly status: number
  readonly code: string | undefined
  /** Not sanitized; it may quote the request. */
  readonly message: string | undefined
}

/** Reads an answer to `AssumeRoleWithWebIdentity`. Each value must look as the API Reference says; else there are no credentials in it. */
export function readStsAnswer(answer: StsAnswer): RoleCredentials | StsError {
  const { Credentials } = stsResult(answer, 'AssumeRoleWithWebIdentity')
  return (isObject(Credentials) && readCredentials(Credentials)) || stsError(answer)
}

type StsAnswer = Pick<HttpAnswer, 'status' | 'body'>

/** What STS answers to an action, to who asks for JSON; without members where there is no answer of the kind. */
export function stsResult({ status, body }: StsAnswer, action: string): JsonObject {
  const response = status === 200 ? jsonObject(body)?.[`${action}Response`] : undefined
  const result = isObject(response) ? response[`${action}Result`] : undefined
  return isObject(result) ? result : {}
}

/** What STS says of a request that it refuses. */
export function stsError({ status, body }: StsAnswer): StsError {
  const fault = jsonObject(body)?.Error
  const { Code, Message } = isObject(fault) ? fault : {}
  return {
    status,
    code: typeof Code === 'string' && /^\w{1,80}$/.test(Code) ? Code : undefined,
    message: typeof Message === 'string' ? Message : undefined,
  }
}

/** Whether STS was asked too often; it says so with status 400. */
export const isThrottled = ({ status, code = '' }: Pick<StsError, 'status' | 'code'>): boolean =>
  status === 429 || /^(Throttl|RequestLimitExceeded|TooManyRequests)/.test(code)

/** Whether STS may not have reached the identity provider, for which it has two codes; the second has other meanings, too. */
export const isPerhapsUnreached = ({ code = '' }: Pick<StsError, 'code'>): boolean =>
  code === 'IDPCommunicationError' || code === 'InvalidIdentityToken'

function readCredentials(given: JsonObject): RoleCredentials | undefined {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = given
  const expiresAt = timeOf(given.Expiration)
  const isRead =
    typeof accessKeyId === 'string' &&
    /^\w{16,128}$/.test(accessKeyId) &&
    isPrintable(secretAccessKey) &&
    isPrintable(sessionToken) &&
    expiresAt !== undefined
  return isRead ? { accessKeyId, secretAccessKey, sessionToken, expiresAt } : undefined
}

const isPrintable = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)

/** From seconds since the epoch. */
function timeOf(value: unknown): number | undefined {
  const milliseconds = typeof value === 'number' ? value * 1000 : Number.NaN
  // The range of `Date` (ECMA-262, time values), beyond which a time has no RFC 3339.
  return Math.abs(milliseconds) <= 8.64e15 ? milliseconds : undefined
}

/** The domains of the partitions of AWS that have another one (botocore, `partitions.json`), by their regions. */
const DOMAINS: readonly (readonly [regions: RegExp, domain: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
]

const domainOf = (region: string): string =>
  DOMAINS.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com'

/** Whether a text can be the name of a region: it becomes a part of a host name. */
export const isRegion = (text: string): boolean => /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(text)

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The variable that names another endpoint; undefined: none does. That of a service goes before that of all services; neither
 * counts where they are to be ignored. (AWS SDKs and Tools Reference Guide, "Service-specific endpoints".)
 */
const endpointVariable = (variables: Variables): string | undefined =>
  /^true$/i.test(variables.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? '')
    ? undefined
    : ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'].find((name) => variables[name])

/**
 * The endpoint of AWS STS: that of `endpointVariable`, for VPC endpoints, else that of the region, else the global one.
 * Credentials or tokens go there, so https or loopback. Failure `refused`.
 */
export function stsEndpoint(variables: Variables, region: string | undefined): URL {
  const usual = region === undefined ? 'sts.amazonaws.com' : `sts.${region}.${domainOf(region)}`
  const name = endpointVariable(variables)
  const text = (name && variables[name]) ?? `https://${usual}/`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && isHttpsOrLoopback(url)) return url
  throw new Failure('refused', `${name} is not an https URL`, {
    hint: 'Unset it, or give it the https URL of your endpoint.',
  })
}
