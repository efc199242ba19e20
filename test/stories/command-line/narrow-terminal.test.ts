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

describe('profile show', () => {
  it('a list goes on below itself, with as many values on each line as there is room for', async () => {
    const { stdout } = await beside.type('ls-auth profile show --all')
    expect(stdout).toContain(`
scopes                 openid profile
                       email a b c d        # profile
`)
  })
})

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

  it('audit alone lists the newest 50, and audit list all of them', async () => {
    await mkdir(beside.stateDirectory, { recursive: true })
    const lines = Array.from({ length: 60 }, (_, i) => JSON.stringify({ ...line(`user-${i}`), status: 200 }))
    await writeFile(join(beside.stateDirectory, 'audit.jsonl'), `${lines.join('\n')}\n`)
    const people = async (command: string) =>
      [...(await beside.type(command)).stdout.matchAll(/user-\d+/g)].map(([name]) => name)
    const alone = await people('ls-auth audit')
    expect([alone.length, alone[0], alone.at(-1)]).toEqual([50, 'user-10', 'user-59'])
    expect(JSON.parse((await beside.type('ls-auth audit --json')).stdout)).toHaveLength(50)
    expect(await people('ls-auth audit list')).toHaveLength(60)
    expect((await people('ls-auth audit list -n 2')).at(-1)).toBe('user-59')
  })

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
