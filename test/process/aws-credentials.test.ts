import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CiPlatform, SUBJECT, startCiPlatform } from '../world/ci-platform.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { type SecurityTokenService, startSecurityTokenService } from '../world/security-token-service.ts'
import { putOnPath } from './shell.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

/** The section of docs/scripts.md as it stands there, with the real AWS CLI, the built program, and STS on loopback. */

const GUIDE = await readFile(new URL('../../docs/scripts.md', import.meta.url), 'utf8')
const CONFIG = /```ini\n(\[profile [\s\S]*?)```/.exec(GUIDE)?.[1] ?? ''
const LINE = /^aws .*--profile.*$/m.exec(GUIDE)?.[0] ?? ''
const ROLE = /arn:aws:iam::\d+:role\/\w+/.exec(CONFIG)?.[0] ?? ''

let sts: SecurityTokenService
let provider: Provider
let platform: CiPlatform
let machine: Machine
beforeAll(async () => {
  sts = await startSecurityTokenService()
  provider = await startProvider()
  platform = await startCiPlatform()
  machine = await openMachine()
  machine.env.AWS_ENDPOINT_URL_STS = sts.url
  await putOnPath(machine)
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), '--profile', 'work'])
  await mkdir(join(machine.home, '.aws'))
  await writeFile(join(machine.home, '.aws', 'config'), CONFIG)
})
afterAll(() => Promise.all([sts.close(), provider.close(), platform.close(), machine.close()]))

const trust = (issuer: string, audience: string, subject: string) => {
  sts.trust = { roleArn: ROLE, issuer, audiences: [audience], subject }
}
it('the line of the guide asks the STS of the region that stands beside it', () => {
  const [, region] = /^region = (\S+)$/m.exec(CONFIG) ?? []
  expect(CONFIG).toMatch(new RegExp(`^credential_process = .* --region ${region} `, 'm'))
})

const secrets = () => [...provider.secrets, ...platform.secrets, ...sts.secrets]

describe.skipIf(!needs({ commands: ['aws'], packages: ['awscli'] }))('the AWS CLI', () => {
  it('works as the person, by the example of the guide', async () => {
    trust(provider.issuer, provider.clientId, 'alice')
    const ended = await machine.command('sh', ['-c', LINE]).ended
    expect(ended, ended.stderr).toMatchObject({ exit: 0, stderr: '' })
    expect(ended.stdout).toContain('arn:aws:sts::123456789012:assumed-role/TraceReader/alice@example.test')
    expect(sts.forms.map((form) => form.get('Action'))).toEqual([
      'AssumeRoleWithWebIdentity',
      'GetCallerIdentity',
    ])
    for (const secret of secrets()) expect(ended.stdout).not.toContain(secret)
  })

  it('says what ls-auth says when the role does not let the person in', async () => {
    trust(provider.issuer, provider.clientId, 'bob')
    const ended = await machine.command('sh', ['-c', LINE]).ended
    expect(ended.exit).not.toBe(0)
    expect(ended.stderr).toContain('the role does not accept your token (AccessDenied)')
    for (const secret of secrets()) expect(ended.stdout + ended.stderr).not.toContain(secret)
  })
})

describe('a job without a home directory', () => {
  it('has credentials for the token of its CI runner, in no argument and no file', async () => {
    trust(platform.issuer, 'sts.amazonaws.com', SUBJECT)
    const config = join(machine.home, 'ci')
    await mkdir(join(config, 'ls-auth'), { recursive: true })
    await writeFile(
      join(config, 'ls-auth', 'config.toml'),
      `[profiles.ci]\nissuer = "${platform.issuer}"\n[profiles.ci.workload]\nsource = "github"\n`,
    )
    const ended = await machine.run(
      ['aws-credentials', '--role-arn', ROLE, '--audience', 'sts.amazonaws.com'],
      {
        env: {
          ...platform.variables,
          HOME: '/dev/null/home',
          XDG_CONFIG_HOME: config,
          XDG_STATE_HOME: '/dev/null/state',
        },
      },
    )
    expect(ended, ended.stderr).toMatchObject({ exit: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ Version: 1 })
    expect(sts.forms.at(-1)?.get('RoleSessionName')).toBe('repo-acme-app-environment-prod')
  })
})
