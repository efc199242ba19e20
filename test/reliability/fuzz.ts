import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seedOf } from '../seed.ts'
import { seeded } from '../world/trace/random.ts'
import { commandLines } from './fuzz/command-lines.ts'
import type { Kind, Trial } from './fuzz/kind.ts'
import { claims, deviceAnswers, discoveryDocuments, keySets, tokenAnswers } from './fuzz/provider-answers.ts'
import { sessionHeaders } from './fuzz/session-headers.ts'
import { importedProfiles, settingsFiles } from './fuzz/settings.ts'
import { traces } from './fuzz/traces.ts'
import { commandLineValues } from './fuzz/values.ts'

/**
 * Broken input of every kind that comes from outside, in at the doors it comes in by: each ends with a result or with an
 * error in two lines, never with an exception, a control character, a secret, or more than 300 MB.
 * `npm run fuzz [-- --inputs N] [--seed N] [--kind NAME] [--only N]`: the same numbers are the same inputs, keys
 * and the time of day apart; a failing one is kept. Each kind is a process of its own, which is how its memory is measured.
 */
const KINDS: readonly Kind[] = [
  traces,
  settingsFiles,
  importedProfiles,
  discoveryDocuments,
  keySets,
  tokenAnswers,
  deviceAnswers,
  claims,
  sessionHeaders,
  commandLines,
  commandLineValues,
]
const MOST_MEGABYTES = 300
/** Where memory is not short, V8 collects late: what is not needed would count. Beyond this the process ends. */
const HEAP = '--max-old-space-size=128'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    kind: { type: 'string' },
    only: { type: 'string' },
  },
})
const seed = seedOf(values.seed)
const print = (line: string) => process.stdout.write(`${line}\n`)

if (values.kind === undefined) everyKind()
else await oneKind(values.kind)

/** Each kind in a process of its own, with its part of the inputs. */
function everyKind(): void {
  const shares = KINDS.reduce((sum, { share }) => sum + share, 0)
  const tally = { inputs: 0, failures: 0, exceptions: 0 }
  for (const { name, share } of KINDS) {
    const inputs = Math.ceil((Number(values.inputs) * share) / shares)
    const argv = [
      process.argv[1] as string,
      '--kind',
      name,
      '--seed',
      String(seed),
      '--inputs',
      String(inputs),
    ]
    const { stdout, stderr } = spawnSync(process.execPath, [HEAP, ...argv], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    process.stdout.write(stdout)
    const [, ran, failures, exceptions] = /^inputs=(\d+) failures=(\d+) exceptions=(\d+)/m.exec(stdout) ?? []
    if (ran === undefined) print(`${name}: ended before its time: ${stderr.slice(-2_000)}`)
    tally.inputs += Number(ran ?? 0)
    tally.failures += Number(failures ?? 1)
    tally.exceptions += Number(exceptions ?? 0)
  }
  end(tally)
}

async function oneKind(name: string): Promise<void> {
  const kind = KINDS.find((one) => one.name === name)
  if (!kind) {
    print(`No such kind. There are: ${KINDS.map((one) => one.name).join(', ')}`)
    process.exitCode = 2
    return
  }
  const started = performance.now()
  const tryOne = await kind.open(seed)
  const tally = { inputs: 0, failures: 0, exceptions: 0 }
  const exits = new Map<number, number>()
  const [first, last] =
    values.only === undefined ? [1, Number(values.inputs)] : [Number(values.only), Number(values.only)]
  for (let number = first; number <= last; number++) {
    const trial = await tryOne(seeded(seed * 1_000_003 + number))
    tally.inputs++
    tally.failures += trial.broken.length > 0 ? 1 : 0
    tally.exceptions += trial.exception === undefined ? 0 : 1
    exits.set(trial.exit, (exits.get(trial.exit) ?? 0) + 1)
    await complain(kind, number, trial)
  }
  // Kilobytes, of the whole life of the process.
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  if (megabytes > MOST_MEGABYTES) {
    tally.failures++
    print(`${name}: took ${megabytes} MB`)
  }
  if (tally.inputs >= 500 && !exits.has(0)) {
    tally.failures++
    print(`${name}: nothing was accepted, so that refusing everything would pass`)
  }
  const ended = [...exits].sort(([a], [b]) => a - b).map(([exit, count]) => `${exit}: ${count}`)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  print(`${name.padEnd(10)} ${seconds} s, ${megabytes} MB at most, exits ${ended.join(', ')}`)
  end(tally)
}

async function complain(
  { name }: Kind,
  number: number,
  { input, about, broken, exception }: Trial,
): Promise<void> {
  const complaints = [...broken, ...(exception === undefined ? [] : [exception])]
  if (complaints.length === 0) return
  const path = join(tmpdir(), `ls-auth-fuzz-${name}-${seed}-${number}`)
  await writeFile(path, input)
  print(`${name} ${number} (${about}), kept as ${path}:`)
  for (const complaint of complaints) print(`  ${complaint.slice(0, 500)}`)
}

function end({
  inputs,
  failures,
  exceptions,
}: {
  inputs: number
  failures: number
  exceptions: number
}): void {
  print(`inputs=${inputs} failures=${failures} exceptions=${exceptions}`)
  process.exitCode = failures + exceptions === 0 && inputs > 0 ? 0 : 1
}
