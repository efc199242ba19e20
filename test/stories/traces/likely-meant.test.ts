import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "I wrote it as in other languages, and nothing was found." */

let world: World
let tempo: TempoApi
beforeAll(async () => {
  world = await openWorld({ columns: 200 })
  tempo = await startTempoApi({ traces: [makeTrace({ seed: 7 })], filters: true })
})
afterAll(() => Promise.all([world.close(), tempo.close()]))

const search = (attr: string) =>
  world.type(`ls-auth trace search --attr '${attr}' --backend tempo --api ${tempo.url} --authorization none`)

it.each([
  ['x==5', '=5', 'x=5'],
  ['x=>5', '>5', "'x>=5'"],
  ['x=<5', '<5', "'x<=5'"],
  ['x="a"', '"a"', 'x=a'],
  ['x=>=5', '>=5', "'x>=5'"],
  ['x=<= 5', '<= 5', "'x<=5'"],
  ['x==="5"', '=="5"', 'x=5'],
  ['x=="5"', '="5"', 'x=5'],
  ['x=>"5"', '>"5"', "'x>=5'"],
])('%s: what was looked for, and what may be meant', async (attr, value, meant) => {
  const { stderr } = await search(attr)
  const shown = /^=\w+$/.test(value) ? value : `'${value}'`
  expect(stderr).toContain(`note: the value that was looked for is ${shown}; for another: --attr ${meant}\n`)
})

it.each([
  'x=5',
  'x=a=b',
  'x=""',
  'x=',
  'x=<nil>',
  'x=<5>',
  'x==~(a',
  'x==>5',
  'x="=5"',
  'x="~a"',
  'x==~a',
  'x= a',
])('%s: nothing else can be meant', async (attr) => {
  expect((await search(attr)).stderr).not.toContain('looked for')
})
