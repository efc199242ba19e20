import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { openWorld, type World } from '../../world/world.ts'

/** A terminal beside an editor, and one as narrow as they get. */
let beside: World
let slit: World
beforeAll(async () => {
  ;[beside, slit] = await Promise.all([openWorld({ columns: 60 }), openWorld({ columns: 20 })])
  for (const world of [beside, slit]) {
    world.watched = true
    await world.writeConfig(`[profiles.work]
issuer = "https://login.example"
client_id = "x"
scopes = ["openid", "profile", "email", "a", "b", "c", "d"]
`)
  }
})
afterAll(() => Promise.all([beside.close(), slit.close()]))

describe('profile show', () => {
  it('a list goes on below itself, with as many values on each line as there is room for', async () => {
    const { stdout } = await beside.type('ls-auth profile show')
    expect(stdout).toContain(`
scopes                 openid profile
                       email a b c d        # profile
`)
  })

  it('where there is no room at all, each source is on a line of its own', async () => {
    slit.variables.LS_AUTH_ORGANIZATION = 'acme'
    const { exit, stdout } = await slit.type('ls-auth profile show')
    expect(exit).toBe(0)
    expect(stdout).toContain('acme\n# LS_AUTH_ORGANIZATION\n')
  })
})

describe('audit list', () => {
  const line = (sub: string) => ({
    ...{ time: '2026-11-25T08:00:00.000Z', way: 'cli', event: 'request', profile: 'work', sub },
    ...{ method: 'GET', path: '/public/v0.2/acme/projects/prod/stored-traces', status: 200 },
  })
  it.each(['alice', '7f1e2a44-93e1-4b0c-8a53-0c4b0f1d2e3a'])(
    'of %s has the whole time and the status, and fits',
    async (sub) => {
      await mkdir(beside.stateDirectory, { recursive: true })
      await writeFile(join(beside.stateDirectory, 'audit.jsonl'), `${JSON.stringify(line(sub))}\n`)
      const [heads = '', row = ''] = (await beside.type('ls-auth audit list')).stdout.split('\n')
      expect(heads).toMatch(/^TIME +WHO +WHAT +STATUS$/)
      expect(row).toMatch(/^2026-11-25T08:00:00Z {2}\S+ +GET .* 200$/)
      expect(displayWidth(row)).toBeLessThanOrEqual(60)
    },
  )
})
