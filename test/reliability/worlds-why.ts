import { parseArgs } from 'node:util'
import { judgeWorlds } from '../trace/causes/judge-worlds.ts'

/**
 * How often `trace why` finds a planted cause, and how often it names one where there is none:
 * `npm run worlds-why -- [--worlds 1000]`. Non-zero when a promise did not hold.
 */
const { values } = parseArgs({ options: { worlds: { type: 'string', default: '1000' } } })
const { provable, first, unprovable, misled, without, falselyNamed } = judgeWorlds(Number(values.worlds))
const rate = (part: number, all: number) => `${part} of ${all} (${((100 * part) / all).toFixed(2)} %)`
process.stdout.write(`provable causes ranked first: ${rate(first, provable)}
causes that the numbers cannot prove, and another was named: ${rate(misled, unprovable)}
worlds without a cause in which one was named: ${rate(falselyNamed, without)}
`)
process.exitCode =
  first / provable >= 0.99 && misled / unprovable <= 0.02 && falselyNamed / without <= 0.02 ? 0 : 1
