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

it.each([
  ['--role offline_access', '--role realm:offline_access', 'realm:offline_access'],
  ['--role reader', '--role traces-api:reader', 'traces-api:reader'],
  ['--group traces-readers', '--group /acme/traces-readers', '/acme/traces-readers'],
])('check %s fails, says the full name, and passes by it', async (short, full, name) => {
  await type('ls-auth login')
  const { exit, stdout, stderr } = await type(`ls-auth check ${short}`)
  expect(exit).toBe(5)
  const note = `Its name is ${name} here, if you mean that.`
  expect(stdout.replace(/\s+/g, ' ')).toContain(note)
  expect(stderr).toContain('hint: See the findings above. ls-auth whoami shows all claims.\n')
  const { findings } = JSON.parse((await type(`ls-auth check ${short} --json`)).stdout)
  expect(findings.at(-1)).toMatchObject({ verdict: 'fail', note })
  expect((await type(`ls-auth check ${full}`)).exit).toBe(0)
})
