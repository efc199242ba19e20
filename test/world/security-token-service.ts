import type { IncomingMessage } from 'node:http'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { type AssumedRole, assumeRole, type RoleTrust, StsRefusal } from './assumed-roles.ts'
import { mint, SecretSet } from './canaries.ts'
import { httpServer, listen } from './loopback-server.ts'

export const CREDENTIALS = {
  accessKeyId: 'AKIAEXAMPLE000000000',
  secretAccessKey: 'secret/of+the/role',
  sessionToken: 'session//token+of==the/role',
}
export const REGION = 'eu-central-1'

/** A request as STS saw it. */
export interface StsRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

/** What STS answers in place of itself. */
export interface StsAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** AWS STS on loopback: its signatures are computed by AWS's own package. */
export interface SecurityTokenService {
  readonly url: string
  readonly requests: readonly StsRequest[]
  readonly forms: readonly URLSearchParams[]
  /** Every secret that it has given out. */
  readonly secrets: ReadonlySet<string>
  /** It answers with this error. */
  error: string | undefined
  /** When the credentials end that sign, milliseconds since the epoch. No token lives longer. */
  sessionEndsAt: number
  /** Who gets a role; nobody when absent. */
  trust: RoleTrust | undefined
  /** Its answer to request number n (from 0); undefined: its own. */
  tamper: ((n: number) => StsAnswer | undefined) | undefined
  close(): Promise<void>
}

export async function startSecurityTokenService(
  sign: (audience: string, seconds: number) => string = () => '',
): Promise<SecurityTokenService> {
  const requests: StsRequest[] = []
  const roles = new Map<string, AssumedRole>()
  const secrets = new SecretSet()
  const tokens = new Set<string>()
  for (const secret of [CREDENTIALS.secretAccessKey, CREDENTIALS.sessionToken]) mint(secret)
  const server = httpServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const form = new URLSearchParams(body)
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers, form })
    const wantsJson = headers.accept === 'application/json'
    const send = ({ status, headers, body }: StsAnswer) => response.writeHead(status, headers).end(body)
    const changed = service.tamper?.(requests.length - 1)
    if (changed) return send(changed)
    try {
      if (service.error !== undefined) throw new StsRefusal(service.error, CREDENTIALS.sessionToken, 403)
      send(written(await answerTo(form, request, body), wantsJson))
    } catch (error) {
      if (!(error instanceof StsRefusal)) throw error
      send(writtenError(error, wantsJson))
    }
  })

  async function answerTo(form: URLSearchParams, request: IncomingMessage, body: string): Promise<Answer> {
    const action = form.get('Action') ?? ''
    if (form.get('Version') !== '2011-06-15') throw new StsRefusal('InvalidAction', 'no such version')
    // The one call that nobody signs.
    if (action === 'AssumeRoleWithWebIdentity') {
      if (!service.trust) throw new StsRefusal('AccessDenied', 'no role trusts anybody', 403)
      const role = await assumeRole(form, { ...service.trust, isOwn: (token) => tokens.has(token) })
      roles.set(role.accessKeyId, role)
      for (const secret of [role.secretAccessKey, role.sessionToken]) secrets.add(secret, 'aws')
      return { action, result: roleResult(role) }
    }
    const role = await signerOf(request, body)
    if (action === 'GetCallerIdentity') return { action, result: callerIdentity(role) }
    const isRight =
      action === 'GetWebIdentityToken' && ['RS256', 'ES384'].includes(form.get('SigningAlgorithm') ?? '')
    if (!isRight) throw new StsRefusal('InvalidAction', action)
    const seconds = Number(form.get('DurationSeconds') ?? '300')
    if (!(seconds >= 60 && seconds <= 3600)) throw new StsRefusal('ValidationError', 'durationSeconds')
    const Expiration = new Date(Date.now() + seconds * 1000)
    if (Expiration.getTime() > service.sessionEndsAt) {
      const message =
        'The requested token duration would extend the session beyond its original expiration time'
      throw new StsRefusal('SessionDurationEscalationException', message, 403)
    }
    const WebIdentityToken = sign(form.get('Audience.member.1') ?? '', seconds)
    tokens.add(WebIdentityToken)
    return { action, result: { WebIdentityToken, Expiration } }
  }

  /** Who has signed a request, by the signature that AWS's package computes for it. */
  async function signerOf(request: IncomingMessage, body: string): Promise<AssumedRole | undefined> {
    const { authorization = '' } = request.headers
    const [, id = '', region = ''] = /Credential=(\w+)\/\d+\/([\w-]+)\/sts\//.exec(authorization) ?? []
    const role = roles.get(id)
    const credentials = role ?? CREDENTIALS
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? []
    const { hostname, port } = new URL(service.url)
    const date = dateOf(String(request.headers['x-amz-date']))
    // applyChecksum: or it would sign a header that the request does not have.
    const signer = new SignatureV4({
      credentials,
      region,
      service: 'sts',
      sha256: Sha256,
      applyChecksum: false,
    })
    const expected = await signer.sign(
      {
        method: request.method ?? '',
        protocol: 'http:',
        hostname,
        port: Number(port),
        path: request.url ?? '',
        query: {},
        headers: Object.fromEntries(names.map((name) => [name, String(request.headers[name])])),
        body,
      },
      { signingDate: date, signableHeaders: new Set(names) },
    )
    refuseOtherTime(date)
    const signature = (text: string | undefined) => /Signature=([0-9a-f]+)/.exec(text ?? '')?.[1]
    if (signature(expected.headers.authorization) !== signature(authorization))
      throw new StsRefusal('SignatureDoesNotMatch', CREDENTIALS.sessionToken, 403)
    if (request.headers['x-amz-security-token'] !== credentials.sessionToken)
      throw new StsRefusal('InvalidClientTokenId', CREDENTIALS.sessionToken, 403)
    return role
  }

  const { port, close } = await listen(server)
  const service: SecurityTokenService = {
    url: `http://127.0.0.1:${port}`,
    requests,
    get forms() {
      return requests.map(({ form }) => form)
    },
    secrets,
    error: undefined,
    sessionEndsAt: Number.POSITIVE_INFINITY,
    trust: undefined,
    tamper: undefined,
    close,
  }
  return service
}

/** A signature counts for five minutes (IAM User Guide, "Troubleshoot Signature Version 4"). */
function refuseOtherTime(date: Date): void {
  const age = Date.now() - date.getTime()
  if (Math.abs(age) <= 300_000) return
  const written = (time: number) => new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const [signed, now] = [written(date.getTime()), written(Date.now())]
  const message =
    age > 0
      ? `Signature expired: ${signed} is now earlier than ${written(Date.now() - 300_000)} (${now} - 5 min.)`
      : `Signature not yet current: ${signed} is still later than ${written(Date.now() + 300_000)} (${now} + 5 min.)`
  throw new StsRefusal('SignatureDoesNotMatch', message, 403)
}

interface Answer {
  readonly action: string
  readonly result: Tree
}
type Tree = { readonly [name: string]: string | Date | Tree }

function roleResult(role: AssumedRole): Tree {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } = role
  return {
    Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration: new Date(role.expiresAt * 1000) },
    AssumedRoleUser: { Arn: assumedArn(role), AssumedRoleId: `AROAEXAMPLE:${role.sessionName}` },
  }
}

function callerIdentity(role: AssumedRole | undefined): Tree {
  const Arn = role ? assumedArn(role) : 'arn:aws:iam::123456789012:user/somebody'
  return { Arn, UserId: 'AROAEXAMPLE', Account: '123456789012' }
}

const assumedArn = ({ roleArn, sessionName }: AssumedRole): string =>
  `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${sessionName}`

/** STS writes XML, and JSON for who asks for it: there a time is a number of seconds. */
function written({ action, result }: Answer, asJson: boolean): StsAnswer {
  if (asJson) {
    const seconds = (_: string, value: unknown) =>
      typeof value === 'string' && /^\d{4}-.*Z$/.test(value) ? Date.parse(value) / 1000 : value
    const body = JSON.stringify({ [`${action}Response`]: { [`${action}Result`]: result } })
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(JSON.parse(body, seconds)) }
  }
  const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${xml(result)}</${action}Result></${action}Response>`
  return { status: 200, headers: XML_TYPE, body }
}

function writtenError({ code: Code, message: Message, status }: StsRefusal, asJson: boolean): StsAnswer {
  const error = { Type: 'Sender', Code, Message }
  if (asJson) return { status, headers: JSON_TYPE, body: JSON.stringify({ Error: error, RequestId: '1' }) }
  return { status, headers: XML_TYPE, body: `<ErrorResponse><Error>${xml(error)}</Error></ErrorResponse>` }
}

const JSON_TYPE = { 'content-type': 'application/json' }
const XML_TYPE = { 'content-type': 'text/xml' }

const xml = (tree: Tree): string =>
  Object.entries(tree)
    .map(([name, value]) => {
      const text =
        value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : xml(value)
      return `<${name}>${text}</${name}>`
    })
    .join('')

/** `20260101T000000Z`. */
const dateOf = (text: string): Date =>
  new Date(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
