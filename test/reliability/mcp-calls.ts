import { parseArgs } from 'node:util'
import { type Held, manyCalls } from './mcp/calls-run.ts'

/**
 * One `ls-auth mcp` that answers calls of every kind for a long time: `npm run mcp-calls -- [--calls 10000]`. Prints what it
 * held after each tenth of them, then the sums. Non-zero when an answer was wrong, or when from half of
 * the calls to the end what is in use after all garbage is collected has grown by more than a tenth: before, code is compiled.
 */
const { values } = parseArgs({ options: { calls: { type: 'string', default: '10000' } } })
const calls = Number(values.calls)
const { held, wrong, exit } = await manyCalls(calls)
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)}MB`
for (const [i, { rss, heapUsed }] of held.entries())
  process.stdout.write(
    `after ${Math.round(((i + 1) * calls) / 10)}: rss ${megabytes(rss)}, in use after gc ${megabytes(heapUsed)}\n`,
  )
const [first, half, last] = [held[0], held[4], held.at(-1)] as [Held, Held, Held]
process.stdout.write(
  `calls=${calls} wrong=${wrong} exit=${exit} rss_at_tenth=${megabytes(first.rss)} rss_at_end=${megabytes(last.rss)} ` +
    `in_use_at_tenth=${megabytes(first.heapUsed)} in_use_at_end=${megabytes(last.heapUsed)}\n`,
)
process.exitCode = wrong === 0 && exit === 0 && last.heapUsed <= half.heapUsed * 1.1 ? 0 : 1
