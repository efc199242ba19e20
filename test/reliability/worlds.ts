import { parseArgs } from 'node:util'
import { seedOf } from '../seed.ts'
import { countBreakdowns } from '../trace/breakdown/breakdown-worlds.ts'
import { countEqualSides } from '../trace/compare/equal-sides.ts'
import { countWorlds } from '../trace/compare/planted-judge.ts'
import { countSides } from '../trace/compare/planted-sides.ts'

/**
 * Made-up requests with a planted truth, run twice, and several times on each side: does `trace diff` find it? And does
 * `trace breakdown` say of their traces what another computation says? `npm run worlds [-- --worlds N] [--seed N]`: lines of counts;
 * a planted truth found in fewer than 99 % of the worlds, or a figure that is another, is a non-zero exit.
 */
const { values } = parseArgs({
  options: { worlds: { type: 'string', default: '1000' }, seed: { type: 'string' } },
})
const [worlds, seed] = [Number(values.worlds), seedOf(values.seed)]
const rate = (part: number, all: number, least = 0.99) => {
  if (part < all * least) process.exitCode = 1
  return `${part} of ${all} (${((100 * part) / all).toFixed(2)} %)`
}
const one = countWorlds(worlds, seed)
process.stdout.write(`diff of two traces
  what is slower has the largest difference: ${rate(one.first, worlds)}
  nothing is slower, and nothing is said: ${rate(one.same, worlds)}
  what is new and gone is named, and nothing else: ${rate(one.newAndGone, worlds)}
`)
const many = countSides(worlds, seed)
process.stdout.write(`diff of several traces on each side
  what the traces prove to be slower is named first: ${rate(many.first, many.provable)}
  what they cannot prove is not called sure: ${rate(many.tooFew, many.unprovable)}
  nothing is slower, and nothing is called so: ${rate(many.quiet, many.without)}
`)
// A world of a thousand traces takes as long as fifty of few.
const equal = countEqualSides(Math.ceil(worlds / 50), seed)
process.stdout.write(
  `  sides are the same, operations in some of many traces, and none is called slower: ${rate(equal.worlds - equal.named, equal.worlds)}\n`,
)
const sums = countBreakdowns(worlds, seed)
process.stdout.write(`breakdown
  the shares of a trace add up to its duration, to the nanosecond: ${rate(sums.whole, sums.traces, 1)}
  those of all traces of a world do: ${rate(sums.sums, worlds, 1)}
  p50 and p99 of an operation are what another computation says: ${rate(sums.equalOperations, sums.operations, 1)}
  p50 and p99 of a service: ${rate(sums.equalServices, sums.services, 1)}
`)
