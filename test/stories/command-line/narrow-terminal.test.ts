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
      expect(stderr).toMatch(/^note: no room here for (WAY, )?PROFILE; /)
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
    else expect(stderr).toBe('note: no room here for PROFILE; a pipe and -o ndjson have all\n')
  })

  it('leaves out first what no entry says, and does not tell it', async () => {
    const world = await openWorld({ columns: 80 })
    onTestFinished(() => world.close())
    world.watched = true
    await mkdir(world.stateDirectory, { recursive: true })
    const entry = `${JSON.stringify(line('jordan.lopez'))}\n`
    await writeFile(join(world.stateDirectory, 'audit.jsonl'), entry)
    const { stdout, stderr } = await world.type('ls-auth audit list')
    const [heads = '', row = ''] = stdout.split('\n')
    expect(heads).toMatch(/WHAT .*STATUS {2}WAY +PROFILE$/)
    expect(row).toMatch(/ {2}work$/)
    expect(stderr).toBe('')
  })

  it('in a pipe has every value whole, however narrow the terminal is', async () => {
    const world = await openWorld({ columns: 60 })
    onTestFinished(() => world.close())
    await mkdir(world.stateDirectory, { recursive: true })
    await writeFile(join(world.stateDirectory, 'audit.jsonl'), `${JSON.stringify(asked)}\n`)
    const { stdout, stderr } = await world.type('ls-auth audit list')
    expect(stdout).toContain(`${asked.path}  200     ${asked.trace_id}  INC-7 why`)
    expect(stderr).toBe('')
  })
})

describe('tables of traces', () => {
  /** A request of two services, its database with a name that is long. */
  const spans = (id: string, micros: number) =>
    [
      { id: 'a1', name: 'GET /', duration: 2 * micros, localEndpoint: { serviceName: 'shop' } },
      {
        ...{ id: 'b2', parentId: 'a1', duration: micros, localEndpoint: { serviceName: 'orders' } },
        name: 'SELECT stock FROM articles WHERE warehouse = ?',
      },
    ].map((span) => ({ traceId: id.repeat(16), timestamp: 1_790_000_000_000_000, ...span }))
  const LINES: readonly (readonly [string, string])[] = [
    ['ls-auth trace diff a.json b.json', 'CALLS, A TOTAL, B TOTAL'],
    ['ls-auth trace breakdown --file b.json', 'TRACES, P50, SELF'],
    ['ls-auth trace breakdown --graph --by operation --file b.json', 'TRACES'],
    ['ls-auth trace search --file b.json', 'SPANS, AGE'],
  ]
  const typed = async (world: World, line: string) => {
    const path = (name: string) => join(world.home, name)
    await writeFile(path('a.json'), JSON.stringify(spans('aa', 20_000)))
    await writeFile(path('b.json'), JSON.stringify([...spans('bb', 40_000), ...spans('cc', 50_000)]))
    return world.type(line.replace(/[ab]\.json/g, path))
  }

  it.each(LINES)('%s: says that there is no room for %s', async (line, heads) => {
    const { exit, stderr, stdout } = await typed(beside, line)
    expect(exit).toBe(0)
    for (const head of heads.split(', ')) expect(stdout).not.toContain(head)
    const note = `note: no room here for ${heads}; -o json has all`
    expect(stderr.replace(/\n/g, ' ')).toContain(note)
  })

  it.each(LINES)('%s: at 200 columns, and in a pipe, says nothing of it', async (line) => {
    const wide = await openWorld({ columns: 200 })
    onTestFinished(() => wide.close())
    wide.watched = true
    expect((await typed(wide, line)).stderr).not.toContain('no room')
    const narrow = await openWorld({ columns: 60 })
    onTestFinished(() => narrow.close())
    expect((await typed(narrow, line)).stderr).not.toContain('no room')
  })
})

describe('lists in a pipe', () => {
  it.each([
    ['ls-auth profile list', ['BACKEND', 'SIGNED IN AS', 'API', 'ISSUER']],
    ['ls-auth status', ['SIGNED IN AS', 'TOKEN', 'ISSUER', 'API']],
  ])('%s has all its columns, however narrow the terminal is', async (line, heads) => {
    slit.watched = false
    const { stdout } = await slit.type(line)
    slit.watched = true
    for (const head of heads) expect(stdout.split('\n')[0]).toContain(head)
  })
})
