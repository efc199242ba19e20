import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import type { HttpSettings } from '../../../src/ports/http.ts'
import type { ProgramOutput } from '../../../src/ports/ports.ts'
import { awsProof } from '../../../src/session/workload/aws-proof.ts'
import { toldBy } from '../../told.ts'
import { type Asked, client, machine, NOW, proofText, type Said } from './machine.ts'

/** The proof that AWS STS gives to who signs a request. */

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE000000000', AWS_SECRET_ACCESS_KEY: 'secret' }
const VARIABLES = { AWS_REGION: 'eu-central-1', ...KEYS, AWS_SESSION_TOKEN: 'session//token==' }
const STS = 'https://sts.eu-central-1.amazonaws.com/'
const EXPORT = 'aws configure export-credentials --format process'
const token = (text = proofText()) =>
  JSON.stringify({ GetWebIdentityTokenResponse: { GetWebIdentityTokenResult: { WebIdentityToken: text } } })
const refused = (code: string, status = 403, message = 'the secret is secret'): Said => ({
  status,
  text: JSON.stringify({ Error: { Code: code, Message: message, Type: 'Sender' } }),
})

async function proved(
  {
    variables = VARIABLES,
    said = { text: token() },
    programs = {},
  }: {
    variables?: Record<string, string>
    said?: Said
    programs?: Record<string, string | ProgramOutput>
  } = {},
  audience: string | undefined = 'api://traces',
) {
  const address = variables.AWS_ENDPOINT_URL_STS ?? STS
  const { ports, asked } = machine({ variables, programs, answers: { [address]: [said] } })
  const proof = await awsProof(client(), audience, ports)
  return { proof, asked }
}

/** What AWS's own package computes for the same request. */
async function signedByAws(asked: Asked, credentials: { accessKeyId: string; secretAccessKey: string }) {
  const { hostname, pathname } = asked.url
  const names = ['host', 'x-amz-date', 'x-amz-security-token', 'accept'].filter(
    (name) => name === 'host' || name in (asked.headers ?? {}),
  )
  const signer = new SignatureV4({
    credentials,
    region: 'eu-central-1',
    service: 'sts',
    sha256: Sha256,
    applyChecksum: false,
  })
  const headers = { ...asked.headers, host: hostname }
  const { headers: signed } = await signer.sign(
    {
      method: asked.method,
      protocol: 'https:',
      hostname,
      path: pathname,
      query: {},
      headers: Object.fromEntries(
        names.map((name) => [name, headers[name as keyof typeof headers] as string]),
      ),
      body: asked.body as string,
    },
    { signingDate: new Date(NOW), signableHeaders: new Set(names) },
  )
  return signed.authorization
}

describe('the request to STS', () => {
  it('asks for a token of five minutes for the audience, signed as AWS signs it', async () => {
    const { proof, asked } = await proved()
    expect(proof).toEqual({ text: proofText(), skewSeconds: 0 })
    expect(asked).toHaveLength(1)
    const [request] = asked as [Asked]
    expect(request).toMatchObject({
      method: 'POST',
      url: new URL(STS),
      maxBytes: 65_536,
      form: {
        Action: 'GetWebIdentityToken',
        Version: '2011-06-15',
        SigningAlgorithm: 'RS256',
        DurationSeconds: '300',
        'Audience.member.1': 'api://traces',
      },
    })
    expect(request.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-amz-date': '20270115T080000Z',
      'x-amz-security-token': 'session//token==',
      authorization: await signedByAws(request, {
        accessKeyId: 'AKIAEXAMPLE000000000',
        secretAccessKey: 'secret',
      }),
    })
  })

  it('needs a region: AWS_REGION, else AWS_DEFAULT_REGION', async () => {
    const { AWS_REGION: _, ...without } = VARIABLES
    expect(
      (await proved({ variables: { ...without, AWS_DEFAULT_REGION: 'eu-central-1' } })).asked,
    ).toHaveLength(1)
    expect(
      (await proved({ variables: { ...VARIABLES, AWS_DEFAULT_REGION: 'eu-west-1' } })).asked,
    ).toHaveLength(1)
    for (const AWS_REGION of ['', 'evil.example/', '.eu', 'EU']) {
      expect(await toldBy(() => proved({ variables: { ...without, AWS_REGION } }))).toEqual([
        'no-proof: the variable AWS_REGION is not a region',
        'Set it to the region of this workload, such as eu-central-1.',
      ])
    }
    expect((await toldBy(() => proved({ variables: without })))[0]).toMatch(/is not a region/)
  })
})

describe('the credentials', () => {
  const EMPTY = [
    'no-proof: aws configure export-credentials gave no credentials',
    'Check its output: aws configure export-credentials. It needs the AWS CLI version 2.',
  ]
  const region = { AWS_REGION: 'eu-central-1' }
  const SAID = { AccessKeyId: 'ASIACLI0000000000000', SecretAccessKey: 'of the cli' }
  const cli = (said: object | string) => ({
    [EXPORT]: typeof said === 'string' ? said : JSON.stringify(said),
  })

  it.each([
    '',
    '[]',
    'null',
    { ...SAID, AccessKeyId: 1 },
    { ...SAID, AccessKeyId: 'ASIA CLI' },
    { ...SAID, SecretAccessKey: undefined },
    { ...SAID, SessionToken: 'two\nlines' },
  ])('are not in what the AWS CLI says: %j', async (said) => {
    expect(await toldBy(() => proved({ variables: region, programs: cli(said) }))).toEqual(EMPTY)
  })
})

describe('the AWS CLI that gives no credentials', () => {
  const EXPORTED = 'aws configure export-credentials'
  const LOOK = `Check its output: ${EXPORTED}. It needs the AWS CLI version 2.`
  it.each<[ProgramOutput, string]>([
    [{ end: 'failed', status: 252 }, 'gave no credentials'],
    [{ end: 'failed', status: undefined }, 'gave no credentials'],
    [{ end: 'too-late' }, 'did not answer in time'],
  ])('%j', async (end, words) => {
    expect(
      await toldBy(() => proved({ variables: { AWS_REGION: 'eu-central-1' }, programs: { [EXPORT]: end } })),
    ).toEqual([`no-proof: ${EXPORTED} ${words}`, LOOK])
  })

  it.each<[number | undefined, number]>([
    [5_000, 5_000],
    [undefined, 30_000],
  ])('has the time of --timeout (%s), and is ended with this process', async (timeoutMilliseconds, time) => {
    const http = { timeoutMilliseconds } as HttpSettings
    const { ports, run, lastWords } = machine({ variables: { AWS_REGION: 'eu-central-1' }, http })
    await toldBy(() => awsProof(client({ http }), 'a', ports))
    const [asked] = run
    expect(asked?.milliseconds).toBe(time)
    expect(asked?.stop?.aborted).toBe(false)
    await asked?.lastWords[0]?.()
    expect(asked?.stop?.aborted).toBe(true)
    expect(lastWords.size).toBe(0)
  })
})

describe('a refusal of STS', () => {
  const WAIT = 'Wait, then try again. aws sts get-caller-identity shows whether the credentials work.'
  const SEE = 'Check that the AWS credentials work: aws sts get-caller-identity'
  it.each([
    [
      'OutboundWebIdentityFederationDisabledException',
      'Outbound federation is disabled for this account. Ask for iam:EnableOutboundWebIdentityFederation.',
    ],
    ['AccessDenied', 'Ask for sts:GetWebIdentityToken for this role and this audience.'],
    ['ExpiredTokenException', 'The AWS credentials have expired: get new ones.'],
    [
      'InvalidClientTokenId',
      'The AWS credentials or the clock of this machine (date -u) are wrong: aws sts get-caller-identity',
    ],
    ['Throttling', WAIT],
    ['NoAccessDenied', SEE],
    ['NotOutboundWebIdentityFederationDisabled', SEE],
    ['NotExpiredToken', SEE],
    ['NoSessionDurationEscalation', SEE],
    ['NoInvalidClientTokenId', SEE],
    ['NoRegionDisabled', SEE],
    ['NoValidationError', SEE],
    ['x'.repeat(80), SEE],
  ])('is told by its code, with the words of AWS: %s', async (code, hint) => {
    expect(await toldBy(() => proved({ said: refused(code, 403, 'no\u001b!') }))).toEqual([
      `no-proof: aws gave no token (${code})`,
      hint,
      'AWS says: no\\u{1b}!',
    ])
  })

  it.each([
    [
      'SignatureDoesNotMatch',
      'The AWS credentials or the clock of this machine (date -u) are wrong: aws sts get-caller-identity',
    ],
    ['IncompleteSignature', SEE],
    ['InvalidSignatureException', SEE],
  ])('of a signature is told without its words, which quote the request: %s', async (code, hint) => {
    expect(await toldBy(() => proved({ said: refused(code) }))).toEqual([
      `no-proof: aws gave no token (${code})`,
      hint,
    ])
  })

  it.each([
    ['Signature=0123abcd, with', 'Signature=[secret], with'],
    ['X-Amz-Signature=0123abcd&X', 'X-Amz-Signature=[secret]&X'],
    ['signature= 0123abcd', 'signature= [secret]'],
  ])('is told without a signature that it quotes: %s', async (message, shown) => {
    const said = refused('AccessDenied', 403, message)
    expect((await toldBy(() => proved({ said })))[2]).toBe(`AWS says: ${shown}`)
  })
})
