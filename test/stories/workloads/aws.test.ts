import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  CREDENTIALS,
  REGION,
  type SecurityTokenService,
  startSecurityTokenService,
} from '../../world/security-token-service.ts'
import { claimsOf, openPlace, type Place } from './place.ts'

const ROLE = 'arn:aws:iam::123456789012:role/TraceReader'
const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const

let place: Place
let service: SecurityTokenService
beforeAll(async () => {
  place = await openPlace()
  const claims = { sub: ROLE, repository: undefined, ref: undefined, environment: undefined }
  service = await startSecurityTokenService((audience, seconds) =>
    place.platform.sign(audience, { ...claims, exp: Math.floor(Date.now() / 1000) + seconds }),
  )
})
afterAll(() => Promise.all([place.close(), service.close()]))
beforeEach(async () => {
  Object.assign(service, { error: undefined, tamper: undefined })
  Object.assign(place.world, { fastForward: true, clockOffset: 0 })
  service.sessionEndsAt = Number.POSITIVE_INFINITY
  const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIALS
  Object.assign(place.world.variables, {
    AWS_ENDPOINT_URL_STS: service.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  })
  for (const secret of [secretAccessKey, sessionToken]) place.platform.secrets.add(secret)
  await place.profile('source = "aws"', `issuer = "${place.platform.issuer}"\naudience = "api://traces"`)
})

describe('a workload on AWS', () => {
  it('has a token of STS, asked for by a signed request', async () => {
    const { exit, stdout, stderr } = await place.type('ls-auth token')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(claimsOf(stdout)).toMatchObject({ aud: 'api://traces', sub: ROLE })
    expect(service.forms.at(-1)?.get('DurationSeconds')).toBe('300')
  })

  it('shows in whoami which role it is', async () => {
    const { stdout } = await place.type('ls-auth whoami')
    expect(stdout).toMatch(/^ {2}workload +aws, as-is: role TraceReader$/m)
  })

  it('uses the credentials that the AWS CLI has, where the environment has none', async () => {
    for (const name of KEYS) delete place.world.variables[name]
    const {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    } = CREDENTIALS
    const said = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken })
    const bin = join(place.world.home, 'bin')
    await mkdir(bin, { recursive: true })
    const script = `#!/bin/sh\n[ "$*" = "configure export-credentials --format process" ] && echo '${said}'\n`
    await writeFile(join(bin, 'aws'), script, { mode: 0o755 })
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`)
    const { exit, stderr } = await place.type('ls-auth token')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    await writeFile(join(bin, 'aws'), '#!/bin/sh\nexit 255\n', { mode: 0o755 })
    const none = await place.type('ls-auth token')
    vi.unstubAllEnvs()
    expect(none.exit).toBe(6)
    expect(none.stderr).toContain(
      'error: aws configure export-credentials gave no credentials\nhint: Check its output: ',
    )
  })

  it.each([
    ['OutboundWebIdentityFederationDisabledException', 'Ask for iam:EnableOutboundWebIdentityFederation'],
    ['AccessDenied', 'Ask for sts:GetWebIdentityToken'],
    ['ExpiredTokenException', 'get new ones'],
    ['Throttling', 'Wait, then try again'],
  ])('is told that STS says %s: exit 6, and no secret of what it says', async (code, hint) => {
    service.error = code
    const { exit, stderr } = await place.type('ls-auth token')
    expect(exit).toBe(6)
    expect(stderr).toContain(`error: aws gave no token (${code})\nhint: `)
    expect(stderr).toContain(hint)
    expect(stderr).toContain('  AWS says: [secret]\n')
  })

  it('needs a region, and signs for no plain http address', async () => {
    delete place.world.variables.AWS_REGION
    expect((await place.type('ls-auth token')).stderr).toContain('AWS_REGION is not a region')
    place.world.variables.AWS_REGION = REGION
    place.world.variables.AWS_ENDPOINT_URL_STS = 'http://sts.example'
    expect((await place.type('ls-auth token')).exit).toBe(10)
  })

  it.each(['', '--audience sts.amazonaws.com'])(
    'has no role by that token: AWS is not asked %s',
    async (flags) => {
      const before = service.requests.length
      const { exit, stdout, stderr } = await place.type(`ls-auth aws-credentials --role-arn ${ROLE} ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toBe(
        'error: the token of source = "aws" comes from AWS itself, so AWS gives no role for it\n' +
          `hint: Use the AWS credentials: aws sts assume-role --role-arn ${ROLE} --role-session-name workload\n`,
      )
      expect(service.requests).toHaveLength(before)
    },
  )

  it('has no role for it in LS_AUTH_TOKEN or a file either, whoever asks', async () => {
    const iss = 'https://abc12345-def4-56ab-c789-d012ef345678.tokens.sts.global.api.aws'
    const token = place.platform.sign('sts.amazonaws.com', { iss })
    const before = service.requests.length
    const line = `ls-auth aws-credentials --role-arn ${ROLE}`
    place.world.variables.LS_AUTH_TOKEN = token
    const given = await place.type(line)
    delete place.world.variables.LS_AUTH_TOKEN
    expect(given.exit).toBe(2)
    expect(given.stderr).toContain('error: LS_AUTH_TOKEN comes from AWS itself')
    await place.profile(`source = "file:${await place.file('token', token)}"`, `issuer = "${iss}"`)
    const read = await place.type(line)
    expect(read.exit).toBe(2)
    expect(read.stderr).toContain('error: the token of this profile comes from AWS itself')
    expect(service.requests).toHaveLength(before)
  })
})
