import { parseArgs } from 'node:util'
import { judgeWorlds } from '../trace/causes/judge-worlds.ts'

/**
 * How often `trace why` finds a planted cause, and how often it names one where there is none:
 * `npm run worlds-why -- [--worlds 1000]`. Non-zero when a promise did not hold.
 */
const { values } = parseArgs({ options: { worlds: { type: 'string', default: '1000' } } })
const sum = judgeWorlds(Number(values.worlds))
const { provable, first, unprovable, open, misled, finer, without, quiet, falselyNamed, rare, rareTold } = sum
const rate = (part: number, all: number) => `${part} of ${all} (${((100 * part) / all).toFixed(2)} %)`
process.stdout.write(`provable causes ranked first: ${rate(first, provable)}
causes that only the finer correction for many values proves, ranked first: ${finer}
causes that the numbers cannot prove
  called too few to tell, or nothing that stands out, as it is: ${rate(open, unprovable)}
  another was named: ${rate(misled, unprovable)}
worlds without a cause
  called too few to tell, or nothing that stands out, as it is: ${rate(quiet, without)}
  one was named: ${rate(falselyNamed, without)}
worlds in which only values found once differ by a quarter
  called too few to tell, as it is: ${rate(rareTold, rare)}
`)
const promises = [
  first >= provable * 0.99,
  open >= unprovable * 0.99,
  misled <= unprovable * 0.02,
  quiet >= without * 0.99,
  falselyNamed <= without * 0.02,
  rareTold === rare,
]
process.exitCode = promises.every(Boolean) ? 0 : 1
