import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** Scopes say what the token may, groups who the person is; where the two part, both are named. */
let place: Place
beforeAll(async () => {
  place = await openPlace(okta, [
    'scopes = ["openid", "offline_access", "traces.read"]',
    '[profiles.work.access]',
    'read = { scopes = ["traces.read"], groups = ["traces-auditors"] }',
    'write = { scopes = ["traces.write"], groups = ["traces-readers"] }',
    'admin = { scopes = ["traces.admin"], groups = ["sre-leads"] }',
  ])
  await place.world.type('ls-auth login')
})
afterAll(() => place.close())

const flat = (text: string) => text.replace(/\s+/g, ' ')
const WITHOUT_GROUP =
  'the token carries scope traces.read, but the person is not in the group traces-auditors: ask for membership'
const WITHOUT_SCOPE =
  'group traces-readers should write, but the token lacks scope traces.write: add it to scopes'

describe('a scope without its group, and a group without its scope', () => {
  it.each(['whoami', 'check', 'doctor'])(
    '%s names both sides of both, and what to ask for',
    async (command) => {
      const { stdout } = await place.world.type(`ls-auth ${command}`)
      expect(flat(stdout)).toContain(WITHOUT_GROUP)
      expect(flat(stdout)).toContain(WITHOUT_SCOPE)
      // Neither side holds it: that is no disagreement.
      expect(stdout).not.toContain('sre-leads')
    },
  )

  it('check and doctor only warn of them', async () => {
    const check = await place.world.type('ls-auth check')
    expect(check.stdout).toMatch(/^ {2}warn {5}alignment {2}.*read: scopes and groups agree/m)
    expect(check.exit).toBe(0)
    const json = await place.world.type('ls-auth check --json')
    const { verdict, findings, warnings } = JSON.parse(json.stdout)
    expect(verdict).toBe('pass')
    expect(JSON.stringify(findings)).not.toContain('alignment')
    expect(warnings).toMatchObject([{ assertion: 'alignment' }, { assertion: 'alignment' }])
    const doctor = await place.world.type('ls-auth doctor --json')
    const checks: { area: string; verdict: string }[] = JSON.parse(doctor.stdout).checks
    expect(checks.filter(({ area }) => area === 'access').map(({ verdict }) => verdict)).toEqual([
      'warn',
      'warn',
    ])
  })

  it('check --aligned fails on them: exit 5', async () => {
    const { exit, stdout } = await place.world.type('ls-auth check --aligned --json')
    expect(exit).toBe(5)
    const { verdict, findings, warnings } = JSON.parse(stdout)
    expect(verdict).toBe('fail')
    expect(findings.filter(({ verdict }: { verdict: string }) => verdict === 'fail')).toMatchObject([
      { assertion: 'alignment' },
      { assertion: 'alignment' },
    ])
    expect(warnings).toEqual([])
  })

  it('whoami only tells', async () => {
    const { exit, stdout } = await place.world.type('ls-auth whoami --json')
    expect(exit).toBe(0)
    expect(JSON.parse(stdout).access).toMatchObject({
      certain: true,
      misaligned: [
        {
          level: 'read',
          has: 'scopes',
          lacks: 'groups',
          held: ['traces.read'],
          missing: ['traces-auditors'],
        },
        {
          level: 'write',
          has: 'groups',
          lacks: 'scopes',
          held: ['traces-readers'],
          missing: ['traces.write'],
        },
      ],
    })
  })
})

describe('check --aligned where nothing can be compared is unknown, and no pass: exit 5', () => {
  afterEach(() => {
    delete place.world.variables.LS_AUTH_TOKEN
  })

  it('with a token of another issuer', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor((Date.now() + place.world.clockOffset) / 1000) + 600
    const claims = { iss: 'https://id.example', sub: 'ada', exp }
    place.world.variables.LS_AUTH_TOKEN = `${part({ alg: 'RS256' })}.${part(claims)}.AAAA`
    const { exit, stdout } = await place.world.type('ls-auth check --offline --aligned')
    expect(exit).toBe(5)
    expect(flat(stdout)).toContain(
      'unknown alignment scopes and groups agree the token is not known to be of',
    )
  })

  it('with a token that does not say its groups', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor((Date.now() + place.world.clockOffset) / 1000) + 600
    const claims = { iss: place.simulator.issuer, sub: 'ada', exp, scp: ['traces.read'] }
    place.world.variables.LS_AUTH_TOKEN = `${part({ alg: 'RS256' })}.${part(claims)}.AAAA`
    const { exit, stdout } = await place.world.type('ls-auth check --offline --aligned --json')
    expect(exit).toBe(5)
    const { findings } = JSON.parse(stdout)
    expect(
      findings.filter(({ assertion }: { assertion: string }) => assertion === 'alignment'),
    ).toMatchObject(
      ['read', 'write', 'admin'].map((level) => ({
        expected: `${level}: scopes and groups agree`,
        actual: 'the token does not say its groups',
        verdict: 'unknown',
        reason: 'claim-absent',
      })),
    )
  })

  it('without [access] in the profile: it says so, and the commands of the hint give it one', async () => {
    const { world } = place
    await world.editConfig((text) => text.slice(0, text.indexOf('[profiles.work.access]')))
    expect((await world.type('ls-auth check')).exit).toBe(0)
    const { exit, stdout, stderr } = await world.type('ls-auth check --aligned')
    expect(exit).toBe(5)
    expect(flat(stdout)).toContain(
      'unknown alignment scopes and groups agree the profile has no [access] table',
    )
    expect(stderr).toMatch(/^error: 1 of \d+ checks is unknown: alignment\nhint: /)
    const [scopes, groups] = stderr.match(/ls-auth profile set \S+/g) ?? []
    await world.type(`${scopes} traces.read`)
    await world.type(`${groups} traces-readers`)
    expect((await world.type('ls-auth check --aligned')).exit).toBe(0)
  })

  it('--json has the reason', async () => {
    await place.world.type('ls-auth profile set access --unset')
    const { stdout } = await place.world.type('ls-auth check --aligned --json')
    const { verdict, findings } = JSON.parse(stdout)
    expect(verdict).toBe('unknown')
    expect(findings.at(-1)).toMatchObject({
      assertion: 'alignment',
      verdict: 'unknown',
      reason: 'not-configured',
    })
  })
})
