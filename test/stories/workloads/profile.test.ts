import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
  await place.profile(
    'source = "github"\ngrant = "token-exchange"',
    'issuer = "https://login.example"\nclient_id = "job"\napi = "https://traces.example"',
  )
})
afterAll(() => place.close())

describe('the profile of a workload', () => {
  it('is shown with its source, and asks for no scopes of its own accord', async () => {
    const { stdout } = await place.type('ls-auth profile show --all')
    expect(stdout).toMatch(/^workload +\{"source":"github","grant":"token-exchange"\} +# profile$/m)
    expect(stdout).toMatch(/^scopes +none/m)
  })

  it('is changed key by key, and what cannot be is refused', async () => {
    expect(await place.type('ls-auth profile set workload.audience https://login.example')).toMatchObject({
      exit: 0,
      stderr: 'profile ci: workload.audience = https://login.example\n',
    })
    const wrong = await place.type('ls-auth profile set workload.grant token_exchange')
    expect(wrong.exit).toBe(2)
    expect(wrong.stderr).toContain('Did you mean token-exchange?')
    expect((await place.type('ls-auth profile set workload.audience --unset')).exit).toBe(0)
  })

  const next = (said: string) => said.match(/ls-auth profile set workload\.\S+ \S+ --profile ci/)?.[0]

  it.each([
    ['workload.source none', ['workload.source', 'workload.client_auth']],
    ['workload.client_auth client_secret_basic', ['workload.client_auth', 'workload.source']],
    [
      'workload.client_auth private_key_jwt',
      ['workload.client_auth', 'workload.source', 'workload.assertion_key'],
    ],
    [
      'workload.assertion_key_id k1',
      ['workload.assertion_key_id', 'workload.source', 'workload.client_auth'],
    ],
    ['workload.grant client-credentials', ['workload.grant', 'workload.source', 'workload.client_auth']],
    ['workload.grant token-exchange', ['workload.grant', 'workload.source']],
  ])('is begun with %s, and the commands that it names make it whole', async (first, keys) => {
    const before = await readFile(place.world.configFile, 'utf8')
    await place.type('ls-auth profile set workload --unset')
    const typed: string[] = []
    let line: string | undefined = `ls-auth profile set ${first} --profile ci`
    while (line !== undefined && typed.length < 9) {
      typed.push(line.split(' ')[3] as string)
      const { exit, stderr } = await place.type(line)
      expect(exit, stderr).toBe(0)
      line = next(stderr)
      if (line === undefined) break
      expect(stderr).toContain('Commands refuse this profile until it is complete: ')
      // The commands that use it go on refusing it, and name the same next step.
      const refused = await place.type('ls-auth profile show ci')
      expect(refused.exit).toBe(2)
      expect(next(refused.stderr)).toBe(line)
    }
    expect(typed.slice(0, keys.length)).toEqual(keys)
    expect((await place.type('ls-auth profile show ci')).exit).toBe(0)
    await writeFile(place.world.configFile, before)
  })
})
