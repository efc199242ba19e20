import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
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

describe('audit list', () => {
  const line = (sub: string) => ({
    ...{ time: '2026-11-25T08:00:00.000Z', way: 'cli', event: 'request', profile: 'work', sub },
    ...{ method: 'GET', path: '/public/v0.2/acme/projects/prod/stored-traces', status: 200 },
  })
  const asked = {
    ...line('alice'),
    ...{ path: `/grafana/api/datasources/proxy/uid/tempo/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736` },
    ...{ trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', reason: 'INC-7 why' },
  }

  it.each(['alice', '7f1e2a44-93e1-4b0c-8a53-0c4b0f1d2e3a'])(
    'of %s has the whole time and the status, and fits',
    async (sub) => {
      await mkdir(beside.stateDirectory, { recursive: true })
      await writeFile(join(beside.stateDirectory, 'audit.jsonl'), `${JSON.stringify(line(sub))}\n`)
      const { stdout, stderr } = await beside.type('ls-auth audit list')
      const [heads = '', row = ''] = stdout.split('\n')
      expect(heads).toMatch(/^TIME +WHO +WHAT +STATUS/)
      expect(row).toMatch(/^2026-11-25T08:00:00Z {2}\S+ +GET ….*traces +200/)
      expect(displayWidth(row)).toBeLessThanOrEqual(60)
      expect(stderr).toMatch(/^note: no room for (WAY, )?PROFILE; /)
    },
  )

  it.each([80, 120])('at %i columns has the trace and the reason, with a long path too', async (columns) => {
    const world = await openWorld({ columns })
    onTestFinished(() => world.close())
    world.watched = true
    await mkdir(world.stateDirectory, { recursive: true })
    await writeFile(join(world.stateDirectory, 'audit.jsonl'), `${JSON.stringify(asked)}\n`)
    const { stdout, stderr } = await world.type('ls-auth audit list')
    const [heads = '', row = ''] = stdout.split('\n')
    expect(heads).toMatch(/WHAT .* TRACE .* REASON/)
    expect(row).toMatch(columns === 80 ? / 4bf92f35\S*… +INC-7/ : / 4bf92f3577b34da6a3ce929d0e0e4736 +INC-7/)
    expect(displayWidth(row)).toBeLessThanOrEqual(columns)
    if (columns === 120) expect(stderr).toBe('')
    else expect(stderr).toBe('note: no room for PROFILE; --json has all\n')
  })
})
