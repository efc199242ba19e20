import { afterEach, beforeEach, expect, it } from 'vitest'
import { type MetadataApi, startMetadataApi } from '../../world/metadata-api.ts'
import { ENTRA_API, entra } from '../../world/simulator/behaviours/entra.ts'
import { openPlace, type Place } from './place.ts'

/** A token holds the last part of a scope's name, and so a gateway names it; the provider knows the whole name alone. */

const OWN = `api://${ENTRA_API}/traces.read`
const WANTED = `api://${ENTRA_API}/traces.query`
let place: Place
let api: MetadataApi
beforeEach(async () => {
  api = await startMetadataApi()
  const challenge = 'Bearer error="insufficient_scope", scope="traces.read traces.query"'
  api.otherwise = { status: 403, headers: { 'www-authenticate': challenge } }
  place = await openPlace(entra, [
    `scopes = ["openid", "offline_access", "${OWN}"]`,
    `api = "${api.url}"`,
    'backend = "tempo"',
  ])
})
afterEach(() => Promise.all([place.close(), api.close()]))

const type = (line: string) => place.world.type(line)

it('check of the name that was asked for says which one the token has, and so does a sign-in that expects it', async () => {
  await type('ls-auth login')
  const { exit, stdout, stderr } = await type(`ls-auth check --scope ${OWN}`)
  expect(exit).toBe(5)
  expect(stdout).toMatch(/FAIL +scope +api:\S+ +held: traces\.read /)
  expect(stderr).toContain(
    `hint: The token calls ${OWN} by its last part only. Use that in check and expect: --scope traces.read\n`,
  )
  expect((await type('ls-auth check --scope traces.read')).exit).toBe(0)
  // This one is not held by any name.
  expect((await type(`ls-auth check --scope ${WANTED}`)).stderr).toContain(`You lack the scope ${WANTED}.`)
  await place.world.editConfig((text) => `${text}[profiles.work.expect]\nscopes = ["${OWN}"]\n`)
  const refused = await type('ls-auth login')
  expect(refused.exit).toBe(11)
  expect(refused.stderr).toContain(
    `hint: The token calls ${OWN} by its last part alone: expect traces.read. Ask the provider`,
  )
})

it('a scope of another API is not said to be held, nor what else is missing left out', async () => {
  const other = 'api://99999999-0000-4000-8000-000000000009'
  await type('ls-auth login')
  const both = await type(`ls-auth check --scope ${other}/traces.read --audience ${other}`)
  expect(both.exit).toBe(5)
  expect(both.stderr).not.toContain('last part')
  expect(both.stderr).toContain(`You lack the scope ${other}/traces.read.`)
  const more = await type(`ls-auth check --scope ${OWN} --scope ${WANTED} --group sre`)
  expect(more.stderr).toContain('Use that in check and expect: --scope traces.read. ')
  expect(more.stderr).toContain(`You lack the scope ${WANTED} and the group sre.`)
  await place.world.editConfig((text) => `${text}[profiles.work.expect]\nscopes = ["${other}/traces.read"]\n`)
  const refused = await type('ls-auth login')
  expect(refused.exit).toBe(11)
  expect(refused.stderr).not.toContain('last part')
  // The one that is kept from before is judged by the same words.
  expect((await type('ls-auth token')).stderr).not.toContain('last part')
})
