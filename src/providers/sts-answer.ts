import { isObject, type JsonObject, jsonObject } from '../json-object.ts'
import type { HttpAnswer } from '../ports/http.ts'

/** Temporary credentials of a role. */
export interface RoleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What STS says of a request that it refuses; both undefined: this is no answer of STS. */
export interface StsError {
  readonly status: number
  readonly code: string | undefined
  /** Not sanitized; it may quote the request. */
  readonly message: string | undefined
}

/**
 * Reads an answer to `AssumeRoleWithWebIdentity`. STS writes JSON for who asks for it, its look-alikes (MinIO, Ceph)
 * write XML alone. Each value must look as the API Reference says; else there are no credentials in it.
 */
export function readStsAnswer(answer: Pick<HttpAnswer, 'status' | 'body'>): RoleCredentials | StsError {
  const { status, body } = answer
  const said = jsonObject(body)
  const text = said === undefined ? body.toString('utf8') : ''
  const read = (path: readonly string[]) =>
    said ? inObject(said, path) : xmlElement(path.at(-1) ?? '', text)
  if (status === 200) {
    const credentials = readCredentials((name) =>
      read(['AssumeRoleWithWebIdentityResponse', 'AssumeRoleWithWebIdentityResult', 'Credentials', name]),
    )
    if (credentials) return credentials
  }
  const [code, message] = [read(['Error', 'Code']), read(['Error', 'Message'])]
  return {
    status,
    code: typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined,
    message: typeof message === 'string' ? message : undefined,
  }
}

/** Whether STS was asked too often; it says so with status 400. */
export const isThrottled = ({ status, code = '' }: Pick<StsError, 'status' | 'code'>): boolean =>
  status === 429 || /^(Throttl|RequestLimitExceeded|TooManyRequests)/.test(code)

/** Whether STS could not fetch the keys of the identity provider, for which it has two codes. */
export const isProviderUnreachable = ({ code, message = '' }: StsError): boolean =>
  code === 'IDPCommunicationError' || (code === 'InvalidIdentityToken' && /verification key/i.test(message))

function readCredentials(read: (name: string) => unknown): RoleCredentials | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(
    read,
  )
  const expiresAt = timeOf(read('Expiration'))
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

/** Seconds in JSON, RFC 3339 in XML. */
function timeOf(value: unknown): number | undefined {
  const milliseconds =
    typeof value === 'number'
      ? value * 1000
      : typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
        ? Date.parse(value)
        : Number.NaN
  // The range of `Date` (ECMA-262, time values), beyond which nothing can be written down.
  return Math.abs(milliseconds) <= 8.64e15 ? milliseconds : undefined
}

function inObject(root: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
    root,
  )
}

/** The text of the XML element that holds no others; undefined: there is none, or it is no XML. */
export function xmlElement(name: string, xml: string): string | undefined {
  const written = new RegExp(`<${name}>([^<>]*[^<>\\s][^<>]*)</${name}>`).exec(xml)?.[1]?.trim()
  if (written === undefined || written.replace(ENTITY, '').includes('&')) return undefined
  const texts = written.replace(ENTITY, (_, named, decimal, hex) =>
    named ? (NAMED[named] as string) : characterOf(Number.parseInt(decimal ?? hex, decimal ? 10 : 16)),
  )
  return texts.includes(NO_CHARACTER) ? undefined : texts
}

/** XML 1.0 §4.1 and §4.6. */
const ENTITY = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const NO_CHARACTER = '\ufffd'

/** A surrogate is none, nor is what lies beyond Unicode. */
const characterOf = (code: number): string =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? NO_CHARACTER : String.fromCodePoint(code)
