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
  ['x==5', '=5'],
  ['x=>5', "'>5'"],
  ['x="a"', `'"a"'`],
])('%s: what was looked for is said', async (attr, value) => {
  expect((await search(attr)).stderr).toContain(`note: searched for the value ${value}\n`)
})

it.each(['x=5', 'x=a=b', 'x=', 'x= a'])('%s: nothing else can be meant', async (attr) => {
  expect((await search(attr)).stderr).not.toContain('looked for')
})
