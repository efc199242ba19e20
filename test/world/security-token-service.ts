import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { httpServer, listen } from './loopback-server.ts'

export const CREDENTIALS = {
  accessKeyId: 'AKIAEXAMPLE000000000',
  secretAccessKey: 'secret/of+the/role',
  sessionToken: 'session//token+of==the/role',
}
export const REGION = 'eu-central-1'

/** AWS STS on loopback: its signatures are computed by AWS's own package. */
export interface SecurityTokenService {
  readonly url: string
  readonly forms: readonly URLSearchParams[]
  /** It answers with this error. */
  error: string | undefined
  close(): Promise<void>
}

export async function startSecurityTokenService(
  sign: (audience: string) => string,
): Promise<SecurityTokenService> {
  const forms: URLSearchParams[] = []
  const signer = new SignatureV4({
    credentials: CREDENTIALS,
    region: REGION,
    service: 'sts',
    sha256: Sha256,
    // Or it would sign a header that the request does not have.
    applyChecksum: false,
  })
  const server = httpServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const form = new URLSearchParams(body)
    forms.push(form)
    const answer = (status: number, xml: string) =>
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml)
    const fail = (code: string) =>
      answer(
        403,
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${CREDENTIALS.sessionToken}</Message></Error></ErrorResponse>`,
      )
    if (service.error !== undefined) return fail(service.error)
    const { authorization = '' } = request.headers
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? []
    const { hostname, port } = new URL(service.url)
    const date = dateOf(String(request.headers['x-amz-date']))
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
      {
        signingDate: date,
        signableHeaders: new Set(names),
      },
    )
    const isOld = Math.abs(Date.now() - date.getTime()) > 300_000
    const signature = (text: string | undefined) => /Signature=([0-9a-f]+)/.exec(text ?? '')?.[1]
    if (isOld || signature(expected.headers.authorization) !== signature(authorization))
      return fail('SignatureDoesNotMatch')
    if (request.headers['x-amz-security-token'] !== CREDENTIALS.sessionToken)
      return fail('InvalidClientTokenId')
    const isRight =
      form.get('Action') === 'GetWebIdentityToken' &&
      form.get('Version') === '2011-06-15' &&
      ['RS256', 'ES384'].includes(form.get('SigningAlgorithm') ?? '')
    if (!isRight) return fail('InvalidAction')
    const token = sign(form.get('Audience.member.1') ?? '')
    answer(
      200,
      `<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult><WebIdentityToken>${token}</WebIdentityToken><Expiration>2026-01-01T00:00:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`,
    )
  })
  const { port, close } = await listen(server)
  const service: SecurityTokenService = { url: `http://127.0.0.1:${port}`, forms, error: undefined, close }
  return service
}

/** `20260101T000000Z`. */
const dateOf = (text: string): Date =>
  new Date(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
