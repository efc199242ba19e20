import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTraceFile } from '../../src/backends/read-trace-file.ts'
import { UNSTYLED } from '../../src/text/unstyled.ts'
import { maskTrace } from '../../src/trace/masking.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { draw } from '../../src/trace/view/draw.ts'
import { openState } from '../../src/trace/view/moves.ts'
import { press } from '../../src/trace/view/press.ts'
import { openScene } from '../../src/trace/view/scene.ts'
import { bigTrace } from './big-trace.ts'
import { writeOtlpJson } from './trace-files.ts'

/**
 * `npm run bench:view`: how long `trace view` takes from a key to the lines of the next picture, in a trace of 100,000
 * spans. Milliseconds, without the terminal; view-terminal.ts measures with it. The first time of `c` is apart: later
 * ones know more.
 */
const SPANS = 100_000
const SIZE = { columns: 120, rows: 40 }
const ROUNDS = 50

const print = (line: string) => process.stdout.write(`${line}\n`)
const directory = await mkdtemp(join(tmpdir(), 'ls-auth-bench-'))
const file = join(directory, 'trace.json')
await writeOtlpJson([bigTrace(SPANS)], file)
const [trace] = await readTraceFile(await readFile(file), file)
await rm(directory, { recursive: true })
if (!trace) throw new Error('no trace was read')

const scene = openScene(buildTree(maskTrace(trace).trace), { unicode: true, style: UNSTYLED })
let state = openState(scene)
print('key                                  median    most')
measure('first picture', '', 1)
for (const key of ['down', 'pagedown', 'end', 'home', 'e', 'left', 'right', 'return', 'q', '?', 'q'])
  measure(key, key, ROUNDS)
measure('c, the first time', 'c', 1)
measure('c', 'c', ROUNDS)
type('/cart')
measure('find a name', 'return', 1)
measure('n', 'n', ROUNDS)

function measure(label: string, key: string, rounds: number): void {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now()
    pressKey(key)
    draw(scene, state, SIZE)
    return performance.now() - start
  }).sort((a, b) => a - b)
  const [median, most] = [times[Math.floor(rounds / 2)] ?? 0, times.at(-1) ?? 0]
  print(`${label.padEnd(36)} ${median.toFixed(1).padStart(6)} ${most.toFixed(1).padStart(7)}`)
}

function type(text: string): void {
  for (const character of text) pressKey(character)
}

function pressKey(key: string): void {
  if (key === '') return
  const text = key.length === 1 ? key : ''
  state = press(scene, state, { name: key, text, ctrl: false }, SIZE).state
}
