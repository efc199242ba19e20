import { afterEach, beforeEach, expect, it } from 'vitest'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Keycloak: roles have their realm or client before their name, and groups their path. */

let place: Place
beforeEach(async () => {
  place = await openPlace(keycloak)
})
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const ROLE = 'It is called realm:offline_access here, if that is the one that is meant.'

it.each([
  ['--role offline_access', '--role realm:offline_access', 'realm:offline_access'],
  ['--role reader', '--role traces-api:reader', 'traces-api:reader'],
  ['--group traces-readers', '--group /acme/traces-readers', '/acme/traces-readers'],
])('check %s fails, says the full name, and passes by it', async (short, full, name) => {
  await type('ls-auth login')
  const { exit, stdout, stderr } = await type(`ls-auth check ${short}`)
  expect(exit).toBe(5)
  const note = `It is called ${name} here, if that is the one that is meant.`
  expect(stdout.replace(/\s+/g, ' ')).toContain(note)
  expect(stderr).toContain(`hint: It is called ${name} here, if that is the one that is meant: ${full}\n`)
  const { findings } = JSON.parse((await type(`ls-auth check ${short} --json`)).stdout)
  expect(findings.at(-1)).toMatchObject({ verdict: 'fail', note })
  expect((await type(`ls-auth check ${full}`)).exit).toBe(0)
})

it('what else is missing is not left out', async () => {
  await type('ls-auth login')
  const { stderr } = await type('ls-auth check --role offline_access --group sre')
  expect(stderr).toContain(
    'if that is the one that is meant: --role realm:offline_access. You lack the group sre.',
  )
})

it('a sign-in that expects it is refused, and told the full name', async () => {
  const expecting = (line: string) =>
    place.world.editConfig(
      (text) =>
        `${text.replace(/\n\[profiles.work.expect\][\s\S]*/, '\n')}\n[profiles.work.expect]\n${line}\n`,
    )
  await expecting('roles = ["offline_access"]')
  const refused = await type('ls-auth login')
  expect(refused.exit).toBe(11)
  expect(refused.stderr).toContain(`hint: ${ROLE} Mend expect in the profile. Nothing was stored`)
  await expecting('roles = ["offline_access"]\ngroups = ["sre"]')
  expect((await type('ls-auth login')).stderr).toContain(`hint: ${ROLE} Ask whoever manages the provider`)
  await expecting('roles = ["realm:offline_access"]\ngroups = ["/acme/traces-readers"]')
  expect((await type('ls-auth login')).exit).toBe(0)
})
