import { parseArgs } from 'node:util'
import { manyIds } from './many-ids-run.ts'

/**
 * Thousands of ids against an API that limits requests and goes wrong now and then; then the same with a process that is
 * killed at any moment: `npm run many-ids -- [--ids 10000] [--rate 100] [--faults 0.02] [--kills 20]`. Non-zero when a promise
 * did not hold.
 */
const { values } = parseArgs({
  options: {
    ids: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '100' },
    faults: { type: 'string', default: '0.02' },
    kills: { type: 'string', default: '20' },
  },
})
const { counts, broken } = await manyIds({
  ids: Number(values.ids),
  rate: Number(values.rate),
  faults: Number(values.faults),
  kills: Number(values.kills),
  print: (line) => process.stdout.write(`${line}\n`),
})
for (const line of broken) process.stdout.write(`broken: ${line}\n`)
process.stdout.write(`${counts}\n`)
process.exitCode = broken.length === 0 ? 0 : 1
