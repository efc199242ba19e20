import { parseArgs } from 'node:util'
import { seedOf } from '../seed.ts'
import { countWorlds } from '../trace/compare/planted-judge.ts'

/**
 * Made-up requests with a planted truth, run twice: does `trace diff` find it?
 * `npm run worlds [-- --worlds N] [--seed N]`: one line of counts; below 99 % of the worlds is a non-zero exit.
 */
const { values } = parseArgs({
  options: { worlds: { type: 'string', default: '1000' }, seed: { type: 'string' } },
})
const { worlds, first, same, newAndGone } = countWorlds(Number(values.worlds), seedOf(values.seed))
process.stdout.write(`worlds=${worlds} diff_first=${first} diff_same=${same} diff_new_gone=${newAndGone}\n`)
if (Math.min(first, same, newAndGone) < worlds * 0.99) process.exitCode = 1
