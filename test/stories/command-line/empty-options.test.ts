import { afterAll, beforeAll, expect, it } from 'vitest'
import { globalOptions } from '../../../src/cli/tree.ts'
import { optionsOf, takesValue } from '../../../src/cli/typed-line.ts'
import { ENTRIES } from '../../cli/rows.ts'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const rows = ENTRIES.flatMap(({ words, row }) => {
  if ('rows' in row) return []
  // Arguments that must be there.
  const args = (row.usage.match(/<[^>]*>/g) ?? []).map(() => 'x').join(' ')
  const flags = [...optionsOf(row), ...globalOptions()].filter(takesValue).map(({ long }) => long ?? '')
  // Whatever stands behind --token, its error says where a token belongs.
  return [...new Set(flags)]
    .filter((flag) => flag !== '--token')
    .map((flag) => ({
      line: `${words} ${flag} "" ${args}`,
      flag,
      exit: row.failsWith ?? 2,
    }))
})

it.each(rows)('a variable that a script forgot to set: ls-auth $line', async ({ line, flag, exit }) => {
  const { exit: status, stdout, stderr } = await world.type(`ls-auth ${line}`)
  expect({ status, stdout, named: stderr.split('\n', 1)[0]?.includes(flag.replace('-fields', '')) }).toEqual({
    status: exit,
    stdout: '',
    named: true,
  })
  expect(world.keychain.calls).toEqual([])
})
