import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
  "the token carries scope traces.read, but you aren't in the group traces-auditors: ask for membership"
const WITHOUT_SCOPE =
  'group traces-readers should write, but the token lacks scope traces.write. Add it to scopes'

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
