import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "I typed a part of the value behind =~, as in grep, and nothing was found." */

let world: World
let file: string
beforeAll(async () => {
  world = await openWorld({ columns: 200 })
  file = join(world.home, 'trace.json')
  await writeFile(file, JSON.stringify(toOtlpDocument([makeTrace({ seed: 7 })], 'hex')))
})
afterAll(() => world.close())

const NOTE = 'note: =~ and !~ match the whole value; for a part of it: '

const COMMANDS = [
  'trace get FILE',
  'trace get FILE -o csv',
  'trace get FILE -o html',
  'trace search --file FILE',
]
const type = (command: string, attr: string) =>
  world.type(`ls-auth ${command.replace('FILE', file)} --attr '${attr}'`)

it.each(COMMANDS)('%s: what nothing fits is said with the pattern that does', async (command) => {
  const { exit, stderr } = await type(command, 'http.request.method=~OS')
  expect(exit).toBe(0)
  const typed = /for a part of it: --attr '(.+)'\n/.exec(stderr)?.[1]
  expect(typed).toBe('http.request.method=~.*OS.*')
  const mended = await type(command, typed as string)
  expect(mended.exit).toBe(0)
  expect(mended.stdout).toContain('POST')
  expect(mended.stderr).not.toContain(NOTE)
})

it('of one of two it is both in brackets', async () => {
  expect((await type('trace get FILE', 'http.request.method=~nope|none')).stderr).toContain(
    `${NOTE}--attr 'http.request.method=~.*(nope|none).*'\n`,
  )
})
