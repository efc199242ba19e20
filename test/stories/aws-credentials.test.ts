import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type SecurityTokenService,
  type StsAnswer,
  startSecurityTokenService,
} from '../world/security-token-service.ts'
import { openStage, type Stage } from '../world/stage.ts'
import type { Outcome } from '../world/world.ts'

/** A person who is signed in asks for credentials of an AWS role. STS is on loopback, and checks the token by itself. */

const ROLE = 'arn:aws:iam::123456789012:role/TraceReader'

let stage: Stage
let sts: SecurityTokenService
beforeAll(async () => {
  sts = await startSecurityTokenService()
  stage = await openStage()
  const { world, provider } = stage
  world.variables.AWS_ENDPOINT_URL_STS = sts.url
  world.fastForward = true
  trust()
  expect((await world.type(stage.login('--profile work'))).exit, world.said).toBe(0)
  expect(provider.secrets.size).toBeGreaterThan(3)
})
afterAll(() => Promise.all([stage.close(), sts.close()]))
afterEach(() => {
  trust()
  sts.tamper = undefined
  sts.error = undefined
  stage.provider.tamper = {}
  delete stage.world.variables.LS_AUTH_TOKEN
  delete stage.world.variables.GITHUB_ACTIONS
  delete stage.world.variables.AWS_REGION
  stage.world.variables.AWS_ENDPOINT_URL_STS = sts.url
})

function trust(): void {
  const { issuer, clientId } = stage.provider
  sts.trust = { roleArn: ROLE, issuer, audiences: [clientId], subject: 'alice' }
}

const type = (flags = ''): Promise<Outcome> =>
  stage.world.type(`ls-auth aws-credentials --role-arn ${ROLE} ${flags}`)
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const lastForm = () => sts.forms.at(-1) as URLSearchParams
const entries = async () =>
  (await readFile(join(stage.world.stateDirectory, 'audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('credentials of a role', () => {
  it('come in the form of credential_process, for the ID token, and nothing else is said', async () => {
    const { exit, stdout, stderr } = await type()
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    const { Version, Expiration, ...keys } = JSON.parse(stdout)
    expect(Version).toBe(1)
    expect(Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Date.parse(Expiration) - Date.now()).toBeGreaterThan(3_500_000)
    expect(Object.keys(keys)).toEqual(['AccessKeyId', 'SecretAccessKey', 'SessionToken'])
    expect([...sts.secrets]).toEqual(expect.arrayContaining([keys.SecretAccessKey, keys.SessionToken]))
    expect(claimsOf(lastForm().get('WebIdentityToken') ?? '')).toMatchObject({
      aud: stage.provider.clientId,
      sub: 'alice',
    })
  })

  it('the token is in the body of one unsigned POST, and nowhere else', async () => {
    const before = sts.requests.length
    await type('--role-session-name deploy-1 --duration 15m')
    expect(sts.requests).toHaveLength(before + 1)
    const { method, url, headers, form } = sts.requests.at(-1) as (typeof sts.requests)[number]
    expect({ method, url, authorization: headers.authorization }).toEqual({ method: 'POST', url: '/' })
    expect(JSON.stringify(headers)).not.toContain(form.get('WebIdentityToken'))
    expect(Object.fromEntries(form)).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'deploy-1',
      DurationSeconds: '900',
    })
  })

  it('the session is named after the person; its length is that of STS where none is given', async () => {
    await type()
    expect(lastForm().get('RoleSessionName')).toBe('alice@example.test')
    expect(lastForm().has('DurationSeconds')).toBe(false)
  })

  it('are a line in the record: handed out, with the id of the token and without any secret', async () => {
    const { stdout } = await type('--reason TICKET-7')
    const last = (await entries()).at(-1)
    expect(last).toMatchObject({ event: 'hand-out', profile: 'work', sub: 'alice', reason: 'TICKET-7' })
    const { SecretAccessKey, SessionToken } = JSON.parse(stdout)
    const text = JSON.stringify(await entries())
    for (const secret of [SecretAccessKey, SessionToken]) expect(text).not.toContain(secret)
  })

  it('--debug shows the request and no secret', async () => {
    const { stdout, stderr } = await stage.world.type(`ls-auth --debug aws-credentials --role-arn ${ROLE}`)
    expect(stderr).toContain('POST')
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout)
    for (const secret of [AccessKeyId, SecretAccessKey, SessionToken, lastForm().get('WebIdentityToken')])
      expect(stderr).not.toContain(secret)
  })

  it('a CI runner is told to mask them', async () => {
    stage.world.variables.GITHUB_ACTIONS = 'true'
    const { stdout, stderr } = await type()
    const { SecretAccessKey, SessionToken } = JSON.parse(stdout)
    expect(stderr).toBe(`::add-mask::${SecretAccessKey}\n::add-mask::${SessionToken}\n`)
  })

  it('come for LS_AUTH_TOKEN too, by whose claims the session is named', async () => {
    const now = Math.floor(Date.now() / 1000)
    const { issuer, clientId } = stage.provider
    const claims = { iss: issuer, aud: clientId, sub: 'alice', iat: now, exp: now + 300 }
    stage.world.variables.LS_AUTH_TOKEN = await stage.provider.signIdToken(claims)
    const { exit, stderr } = await type()
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(lastForm().get('WebIdentityToken')).toBe(stage.world.variables.LS_AUTH_TOKEN)
    expect(lastForm().get('RoleSessionName')).toBe('alice')
  })
})

describe('what was typed is judged before anything is sent', () => {
  it.each([
    ['ls-auth aws-credentials', 'missing --role-arn'],
    ['ls-auth aws-credentials --role-arn TraceReader', '"TraceReader" is not a role'],
    ['ls-auth aws-credentials --role-arn arn:aws:iam::1234:role/x', 'is not a role'],
    [`ls-auth aws-credentials --role-arn ${ROLE} --duration 10m`, 'not between 15m and 12h'],
    [`ls-auth aws-credentials --role-arn ${ROLE} --duration 13h`, 'not between 15m and 12h'],
    [`ls-auth aws-credentials --role-arn ${ROLE} --role-session-name "a b"`, 'is not allowed by AWS'],
    [`ls-auth aws-credentials --role-arn ${ROLE} --role-session-name ""`, '--role-session-name is empty'],
    [`ls-auth aws-credentials --role-arn ${ROLE} --region evil.example/x`, 'is not the name of a region'],
  ])('%s is exit 2', async (line, words) => {
    const before = sts.requests.length
    const { exit, stdout, stderr } = await stage.world.type(line)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(words)
    expect(sts.requests).toHaveLength(before)
  })

  it('an endpoint that is no https is exit 10, before a token is had', async () => {
    stage.world.variables.AWS_ENDPOINT_URL_STS = 'http://sts.example'
    expect(await type()).toMatchObject({ exit: 10, stdout: '' })
  })

  it('a token that AWS cannot read is not sent to it', async () => {
    const before = sts.requests.length
    stage.world.variables.LS_AUTH_TOKEN = 'opaque-token-of-a-provider'
    const { exit, stderr } = await type()
    expect(exit).toBe(2)
    expect(stderr).toContain('LS_AUTH_TOKEN is not a JWT')
    expect(sts.requests).toHaveLength(before)
  })
})

describe('what AWS refuses', () => {
  const refused = async (flags = '') => {
    const { exit, stdout, stderr } = await type(flags)
    expect(stdout).toBe('')
    return { exit, stderr }
  }

  it('an audience that IAM does not know: exit 11, with what the token says, and the token is not quoted', async () => {
    sts.trust = { roleArn: ROLE, issuer: stage.provider.issuer, audiences: ['another'] }
    const { exit, stderr } = await refused()
    expect(exit).toBe(11)
    expect(stderr).toContain('error: AWS does not accept this token (InvalidIdentityToken)\nhint: ')
    expect(stderr).toContain('AWS says: Incorrect token audience in [secret]')
    expect(stderr).toContain(`the token says aud = ${stage.provider.clientId}`)
    expect(stderr).toContain(`the token says iss = ${stage.provider.issuer}`)
  })

  it('a token without aud: exit 11, and no provider is asked for in IAM', async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: stage.provider.issuer, sub: 'alice', iat: now, exp: now + 300 }
    stage.world.variables.LS_AUTH_TOKEN = await stage.provider.signIdToken(claims)
    const { exit, stderr } = await refused()
    expect(exit).toBe(11)
    expect(stderr).toContain('AWS says: Missing a required claim: aud')
    expect(stderr).toContain('with the azp or aud of the token in its audiences')
  })

  it('a signature that AWS cannot verify: exit 11, and the keys of the issuer are in question', async () => {
    const now = Math.floor(Date.now() / 1000)
    const { issuer, clientId } = stage.provider
    const claims = { iss: issuer, aud: clientId, sub: 'alice', iat: now, exp: now + 300 }
    const [head, body] = (await stage.provider.signIdToken(claims)).split('.')
    stage.world.variables.LS_AUTH_TOKEN = `${head}.${body}.${'A'.repeat(342)}`
    const { exit, stderr } = await refused()
    expect(exit).toBe(11)
    expect(stderr).toContain("AWS says: Couldn't verify the signature of the provided token")
    expect(stderr).toContain(
      'hint: IAM needs an OIDC provider for this issuer, with the azp or aud of the token in its audiences, and must reach its keys.\n',
    )
  })

  it('a trust policy for somebody else: exit 11, never a hint to sign in', async () => {
    sts.trust = { ...(sts.trust as NonNullable<typeof sts.trust>), subject: 'bob' }
    const { exit, stderr } = await refused()
    expect(exit).toBe(11)
    expect(stderr).toContain('error: the role does not accept your token (AccessDenied)')
    expect(stderr).toContain('the token says sub = alice')
    expect(stderr).not.toContain('login')
  })

  it('more time than the role allows: exit 2', async () => {
    const { exit, stderr } = await refused('--duration 12h')
    expect(exit).toBe(2)
    expect(stderr).toContain('AWS says: The requested DurationSeconds exceeds')
  })

  const says = (code: string, status = 400, Message = 'words of AWS'): StsAnswer => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Error: { Code: code, Message, Type: 'Sender' }, RequestId: '1' }),
  })

  it.each<[string, StsAnswer, number, string]>([
    ['Throttling', says('Throttling'), 6, 'Wait, then try again'],
    [
      'a key that AWS cannot fetch',
      says('InvalidIdentityToken', 400, "Couldn't retrieve verification key from your identity provider"),
      11,
      'must reach its keys',
    ],
    ['something new', says('BrandNewException'), 6, 'BrandNewException'],
    ['another refusal of access', says('AccessDeniedException', 403), 11, 'trust policy'],
    [
      'a page',
      { status: 200, body: '<html><body>Sign in to the proxy</body></html>' },
      6,
      'did not answer like AWS STS',
    ],
    ['an empty answer', { status: 200, body: '' }, 6, 'did not answer like AWS STS'],
    ['a list', { status: 200, body: '[]' }, 6, 'did not answer like AWS STS'],
    [
      'credentials with a part missing',
      {
        status: 200,
        body: '{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":"ASIAEXAMPLE000000000","SecretAccessKey":"x","Expiration":1}}}}',
      },
      6,
      'did not answer like AWS STS',
    ],
    [
      'a key with a line break in it',
      {
        status: 200,
        body: '{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":"ASIAEXAMPLE000000000","SecretAccessKey":"x\\ny","SessionToken":"z","Expiration":1}}}}',
      },
      6,
      'did not answer like AWS STS',
    ],
    ['an escape in a message', says('AccessDenied', 403, 'a\u001b[31mb'), 11, 'AWS says: a\\u{1b}[31mb'],
  ])('%s', async (_, answer, exit, words) => {
    sts.tamper = () => answer
    const outcome = await refused()
    expect(outcome.exit, outcome.stderr).toBe(exit)
    expect(outcome.stderr).toMatch(/^error: .+\nhint: .+/)
    expect(outcome.stderr).toContain(words)
  })

  it('a redirect is not followed with the token', async () => {
    const before = sts.requests.length
    sts.tamper = () => ({ status: 307, headers: { location: `${sts.url}/elsewhere` }, body: '' })
    expect((await refused()).stderr).toContain('did not answer like AWS STS (HTTP 307)')
    expect(sts.requests).toHaveLength(before + 1)
  })

  it.each([
    ['the provider cannot be reached from AWS', says('IDPCommunicationError')],
    ['AWS itself has failed', says('InternalFailure', 500)],
    ['AWS is asked too often', says('Throttling', 400, 'Rate exceeded')],
    ['AWS is asked too often, by another name', says('ThrottlingException')],
    ['AWS is asked too often, by its status', { status: 429, body: '' }],
    ['AWS is over its limit', says('RequestLimitExceeded')],
    ['a gateway of AWS has failed', { status: 503, body: '<html>busy</html>' }],
  ])('%s: asked again, at most twice', async (_, answer) => {
    const first = sts.requests.length
    sts.tamper = (n) => (n === first ? answer : undefined)
    expect(await type()).toMatchObject({ exit: 0, stderr: '' })
    expect(sts.requests).toHaveLength(first + 2)
    sts.tamper = () => answer
    expect((await refused()).exit).toBe(6)
    expect(sts.requests).toHaveLength(first + 5)
  })

  it('nobody is signed in: exit 3, and AWS is not asked', async () => {
    const before = sts.requests.length
    await stage.world.type('ls-auth logout --profile work')
    expect((await refused()).exit).toBe(3)
    expect(sts.requests).toHaveLength(before)
  })
})
