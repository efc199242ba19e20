import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { TRACE_FORMATS } from '../../src/trace/formats/output-choices.ts'
import { type Random, seeded } from '../world/trace/random.ts'
import { specimens } from './fuzz-corpus.ts'
import { mutate } from './fuzz-mutations.ts'
import { runOn } from './fuzz-run.ts'

/**
 * Broken traces of every format through `trace get -`, in every output: each ends with a drawing or with two lines,
 * never with an exception, a control character or a line that is too wide.
 * `npm run fuzz [-- --inputs N] [--seed N] [--only N]`: the same numbers are the same inputs; a failing one is kept.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const print = (line: string) => process.stdout.write(`${line}\n`)

const FLAGS = [
  [],
  ['--unfold'],
  ['--errors'],
  ['--show-sensitive'],
  ['--no-bars'],
  ['--depth', '2'],
  ['--min', '1ms'],
]

const tally = { inputs: 0, read: 0, refused: 0, failures: 0, exceptions: 0 }
const seed = Number(values.seed)
const corpus = [seed, seed + 1].flatMap(specimens)
if (values.only !== undefined) await fuzz(Number(values.only))
else for (let number = 1; number <= Number(values.inputs); number++) await fuzz(number)
print(`seed=${seed} read=${tally.read} refused=${tally.refused}`)
print(`inputs=${tally.inputs} failures=${tally.failures} exceptions=${tally.exceptions}`)
process.exitCode = tally.failures + tally.exceptions === 0 ? 0 : 1

/** One input: all that is random about it follows from the seed and its number. */
async function fuzz(number: number): Promise<void> {
  const random = seeded(seed * 1_000_003 + number)
  const { format, bytes } = pick(corpus, random)
  let mutated = mutate(bytes, pick(corpus, random).bytes, random)
  const packed = random.between(0, 19)
  if (packed === 0) mutated = gzipSync(mutated)
  else if (packed === 1) mutated = mutate(gzipSync(bytes), bytes, random)
  const output = pick(TRACE_FORMATS, random)
  const options = [...(output === 'waterfall' ? [] : ['-o', output]), ...pick(FLAGS, random)]
  const ending = await runOn(mutated, options, random.between(40, 250), random.between(0, 4) > 0)
  tally.inputs++
  if (ending.exit === 0) tally.read++
  else tally.refused++
  tally.failures += ending.broken.length > 0 ? 1 : 0
  tally.exceptions += ending.exception === undefined ? 0 : 1
  const complaints = [...ending.broken, ...(ending.exception === undefined ? [] : [ending.exception])]
  if (complaints.length === 0) return
  const path = join(tmpdir(), `ls-auth-fuzz-${seed}-${number}`)
  await writeFile(path, mutated)
  print(`input ${number} (${format}, ${options.join(' ')}), kept as ${path}:`)
  for (const complaint of complaints) print(`  ${complaint.slice(0, 500)}`)
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.between(0, items.length - 1)] as Item
}
