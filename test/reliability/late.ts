import { parseArgs } from 'node:util'
import { countLateWorlds } from '../backends/late-worlds.ts'
import { seedOf } from '../seed.ts'

/**
 * Searches of a Tempo to which traces came late: is one left out without a word? `npm run late [-- --worlds N] [--seed N]`: a
 * line of counts; a search that leaves traces out and says that they are all is a non-zero exit.
 */
const { values } = parseArgs({
  options: { worlds: { type: 'string', default: '1000' }, seed: { type: 'string' } },
})
const counts = await countLateWorlds(Number(values.worlds), seedOf(values.seed))
process.stdout.write(
  `${Object.entries(counts)
    .map(([name, n]) => `${name}=${n}`)
    .join(' ')}\n`,
)
process.exitCode = counts.lost === 0 && counts.whole > 0 && counts.late > 0 ? 0 : 1
