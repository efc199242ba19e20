import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bigTrace, SERVICES } from './big-trace.ts'
import { type ControlledTerminal, openControlled } from './control-mode.ts'
import { machineLine } from './results.ts'
import { align } from './table.ts'
import { writeOtlpJson } from './trace-files.ts'

/**
 * The second half of `npm run bench:view`: the built program in a real terminal, run by tmux, in a trace of 100,000 spans.
 * Milliseconds from a key to the end of the picture that answers it, at three widths. The way through tmux is in them; it
 * is measured alone on `cat`. Ends with 1 when the median of any key is over the bound.
 */
const SPANS = 100_000
const WIDTHS = [60, 120, 200]
const ROWS = 40
const ROUNDS = 30
const BOUND_MS = 50
const BINARY = resolve('bin/ls-auth.js')
/** A picture ends with it: the terminal's own cursor is shown again. */
const PICTURE_END = '\x1b[?25h'
/** Between keys, as long as a held key of a keyboard takes at least. */
const PAUSE_MS = 20

interface Times {
  readonly key: string
  readonly ms: number[]
}

const print = (line: string) => process.stdout.write(`${line}\n`)
const home = await mkdtemp(join(tmpdir(), 'ls-auth-bench-'))
const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', TERM: 'xterm-256color' }
try {
  const file = join(home, 'trace.json')
  await writeOtlpJson([bigTrace(SPANS)], file)
  print(`\n${machineLine()}; Node ${process.version}; a terminal of ${ROWS} lines, ${ROUNDS} times each key`)
  const own = await inTerminal('stty raw -echo; echo ready; exec cat', 80, async (terminal) => {
    await terminal.sees(/ready/)
    return times('x', () => terminal.press('x', 'x'))
  })
  const line = `exec "${process.execPath}" "${BINARY}" trace view "${file}"`
  const widths: Times[][] = []
  for (const columns of WIDTHS) widths.push(await inTerminal(line, columns, walk))
  for (const row of table(own, widths)) print(row)
  const all = widths.flat()
  const worst = Math.max(...all.map(({ ms }) => median(ms)))
  const pressed = all.flatMap(({ ms }) => ms)
  const figures = `median=${median(pressed).toFixed(1)}ms worst_median=${worst.toFixed(1)}ms`
  print(`view keys=${pressed.length} ${figures} bound=${BOUND_MS}ms`)
  if (worst > BOUND_MS) process.exitCode = 1
} finally {
  await rm(home, { recursive: true })
}

async function inTerminal<T>(
  line: string,
  columns: number,
  work: (terminal: ControlledTerminal) => Promise<T>,
): Promise<T> {
  const terminal = await openControlled(line, { columns, rows: ROWS }, env)
  try {
    return await work(terminal)
  } finally {
    terminal.close()
  }
}

/** Presses each kind of key, in a trace that is open. */
async function walk(terminal: ControlledTerminal): Promise<Times[]> {
  await terminal.sees(/row 1 of /)
  const key = (name: string, word = name) => times(name, () => terminal.press(word, PICTURE_END))
  const found: Times[] = [await key('Down'), await key('PageDown', 'NPage'), await key('e'), await key('c')]
  await terminal.press('Home', PICTURE_END)
  found.push(...(await pairs(['fold', 'unfold'], ['Left', 'Right'], terminal)))
  found.push(...(await pairs(['End', 'Home'], ['End', 'Home'], terminal)))
  found.push(...(await pairs(['Enter', 'q'], ['Enter', 'q'], terminal)))
  found.push(...(await searches(terminal)))
  found.push(await key('n'))
  return found
}

async function times(key: string, press: () => Promise<number>): Promise<Times> {
  const ms: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    ms.push(await press())
    await sleep(PAUSE_MS)
  }
  return { key, ms }
}

/** Two keys in turn, of which the second takes the first one back. */
async function pairs(
  names: readonly [string, string],
  keys: readonly [string, string],
  terminal: ControlledTerminal,
): Promise<Times[]> {
  const found = names.map((key): Times => ({ key, ms: [] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, word] of keys.entries()) {
      found[i]?.ms.push(await terminal.press(word, PICTURE_END))
      await sleep(PAUSE_MS)
    }
  }
  return found
}

/** A text that is typed and found; then one that stands nowhere, so that the attributes of all spans are read. */
async function searches(terminal: ControlledTerminal): Promise<Times[]> {
  const typed: Times = { key: 'a letter of /text', ms: [] }
  const type = async (text: string) => {
    for (const character of text) {
      typed.ms.push(await terminal.press(character, PICTURE_END))
      await sleep(PAUSE_MS)
    }
  }
  const found: Times = { key: 'Enter, until found', ms: [] }
  for (let round = 0; round < ROUNDS; round++) {
    await type(`/service-${round % SERVICES}`)
    // The first picture says that it searches.
    found.ms.push(await terminal.press('Enter', PICTURE_END, 2))
    await sleep(PAUSE_MS)
  }
  const answered: Times = { key: 'Enter, of an attribute', ms: [] }
  for (let round = 0; round < 3; round++) {
    await type(`/server.port=${round}`)
    answered.ms.push(await terminal.press('Enter', PICTURE_END))
    await terminal.sees(/No row fits/)
  }
  await type(`/service-1`)
  await terminal.press('Enter', PICTURE_END, 2)
  return [typed, found, answered]
}

function table(own: Times, widths: readonly (readonly Times[])[]): string[] {
  const figures = ({ ms }: Times) => [median(ms).toFixed(1), Math.max(...ms).toFixed(1)]
  const [first = []] = widths
  return align([
    ['key, ms', ...WIDTHS.flatMap((columns) => [`${columns} columns`, 'most'])],
    ...first.map(({ key }, i) => [key, ...widths.flatMap((ofWidth) => figures(ofWidth[i] as Times))]),
    ['tmux alone (cat)', ...figures(own)],
  ])
}

function median(ms: readonly number[]): number {
  return [...ms].sort((a, b) => a - b)[Math.floor(ms.length / 2)] ?? Number.NaN
}
