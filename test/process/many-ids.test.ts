import { expect, it } from 'vitest'
import { manyIds } from '../reliability/many-ids-run.ts'

it('many ids: none lost, none twice, within the limit, and after kill -9 too', async () => {
  const said: string[] = []
  const { counts, broken } = await manyIds({
    ids: 300,
    rate: 50,
    faults: 0.05,
    kills: 6,
    print: (line) => said.push(line),
  })
  expect(broken, said.join('\n')).toEqual([])
  expect(counts).toMatch(
    /^ids=300 .* lost=0 .* violations=0 .*resumed_twice=0 resumed_lost=0 fetched_again=0$/,
  )
})
