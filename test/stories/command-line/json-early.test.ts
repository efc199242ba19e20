import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENTRIES } from '../../cli/rows.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "My script reads one JSON value, whatever goes wrong": `--json` on every command, failing before it has done anything. */

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** Commands whose `--json` is for errors alone; see docs/json.md. */
const COMMANDS = ENTRIES.filter(({ row }) => !('rows' in row)).map(({ words }) => words)
const ARGUMENTS: Readonly<Record<string, string>> = {
  'trace get': 'abc',
  query: 'x',
  api: '/x',
  exec: '-- true',
  'profile set': 'leeway 30s',
  'profile use': 'x',
  'profile export': 'x',
  'profile remove': 'x',
  'profile add': 'x',
  completion: 'tcsh',
}

describe.each(COMMANDS)('%s --json', (words) => {
  it.each<[string, string, () => unknown]>([
    ['an unknown option', '--json --nosuch', () => {}],
    ['an unknown option before it', '--nosuch --json', () => {}],
    ['nothing configured', `--json ${ARGUMENTS[words] ?? ''}`, () => {}],
    ['too many words', `--json ${ARGUMENTS[words] ?? ''} a b c d e f`, () => {}],
    ['a profile that does not exist', `--json --profile nosuch ${ARGUMENTS[words] ?? ''}`, () => {}],
    ['settings that are no TOML', `--json ${ARGUMENTS[words] ?? ''}`, () => world.writeConfig('[[[')],
    [
      'a wrong setting',
      `--json ${ARGUMENTS[words] ?? ''}`,
      () => world.writeConfig('[profiles.a]\nstore = "cloud"\n'),
    ],
  ])('%s', async (_, rest, arrange) => {
    await arrange()
    const { exit, stdout, stderr } = await world.type(`ls-auth ${words} ${rest}`)
    const values = [stdout, exit === 0 ? '' : stderr].filter((text) => text.trim() !== '')
    // A command without a JSON value of its own prints what it prints, when it works.
    if (exit === 0 && /^(completion|version|help|exec|skill)/.test(words)) return
    if (exit !== 0)
      expect(JSON.parse(stderr).error, stdout + stderr).toMatchObject({ exit: expect.any(Number) })
    for (const text of values) expect(() => JSON.parse(text), text).not.toThrow()
    await world.writeConfig('')
  })
})

it.each([
  'trace get abc -o ndjson',
  'trace get abc --output=ndjson',
  'trace get --ids /no/such/file -o ndjson',
  'trace get -ondjson --ids /no/such/file',
  'trace search -o ndjson --nosuch',
  'services -o ndjson',
])('a script that reads JSON line by line gets the error as one: %s', async (line) => {
  const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
  expect(stdout).toBe('')
  expect(JSON.parse(stderr).error).toMatchObject({ exit, hint: expect.any(String) })
})
