import { commandLine } from '../commands/command-line.ts'
import { choosesJson, type Invocation, printJson, tell } from '../commands/invocation.ts'
import { asciiSigns } from '../text/ascii-signs.ts'
import { safeJson } from '../text/safe-text.ts'
import { csvLine, csvRows } from '../trace/formats/csv-cell.ts'
import type { Answer, Block, Data, Note, Pen, Step } from './answer.ts'

/** Prints an answer as `format`; gives the exit status. Failure: that of the answer, once all is printed. */
export async function print(invocation: Invocation, answer: Answer, format: string): Promise<number> {
  const { feed, pieces } = answer
  if (pieces && choosesJson(invocation)) {
    await printJson(invocation, JSON.parse([...pieces].join('')))
    tellNotes(invocation, notesOf(answer))
  } else if (pieces) {
    await invocation.ports.terminal.page(pieces)
    tellNotes(invocation, notesOf(answer))
  } else if (format === 'json' || format === 'ndjson' || format === 'csv')
    await printData(invocation, answer, feed ? 'ndjson' : format)
  else if (feed) await printFeed(invocation, answer, feed)
  else await printText(invocation, answer)
  if (answer.failure) throw answer.failure
  return answer.exit ?? 0
}

/** NDJSON and CSV (RFC 4180, with a header) go out row by row, before the next one is made. */
async function printData(
  invocation: Invocation,
  answer: Answer,
  format: 'json' | 'ndjson' | 'csv',
): Promise<void> {
  const { terminal } = invocation.ports
  const { data } = answer
  if (data === undefined) return
  const all: unknown[] = []
  let isFirst = true
  const isCsv = format === 'csv'
  const csv = isCsv && data.csv?.()
  if (csv) await terminal.out([...csv].join(''))
  else
    await takeRows(data, async (rows) => {
      const values = rows.map((row) => data.row(row))
      if (format === 'json') all.push(...values)
      else if (choosesJson(invocation)) for (const one of values) await printJson(invocation, one, true)
      else if (format === 'ndjson') await terminal.out(values.map((one) => `${safeJson(one)}\n`).join(''))
      else await terminal.out(csvRows(values as object[], isFirst))
      isFirst &&= rows.length === 0
    })
  if (isCsv && !csv && isFirst && data.columns) await terminal.out(csvLine(data.columns))
  const notes = notesOf(answer)
  const whole = data.whole(all)
  if (format === 'json')
    await printJson(
      invocation,
      Array.isArray(whole) || notes.length === 0
        ? whole
        : { ...whole, notes: notes.map(({ code, text }) => ({ code, text })) },
    )
  tellNotes(invocation, notes)
}

/** For a person: the blocks with a blank line between, then steps and notes on standard error. */
async function printText(invocation: Invocation, answer: Answer): Promise<void> {
  const { terminal } = invocation.ports
  const pen = await personPen(invocation)
  await terminal.page(joined(answer.blocks ?? [], pen), '\n')
  const noRoom = `note: no room for ${pen.leftOut.join(', ')}; --json has all`
  // In a pipe, everyone is a program.
  if (pen.leftOut.length > 0 && terminal.outIsTTY) tell(invocation, noRoom)
  for (const step of answer.next ?? []) {
    const isShown = !step.atTerminal || (terminal.outIsTTY && terminal.errIsTTY)
    const line = isShown && step.label && stepLine(invocation, step)
    if (line) tell(invocation, `${step.label}  ${line}`)
  }
  tellNotes(invocation, notesOf(answer))
  for (const line of answer.closing ?? []) tell(invocation, line)
}

/** For a person: each row when it comes. */
async function printFeed(
  invocation: Invocation,
  { data }: Answer,
  feed: NonNullable<Answer['feed']>,
): Promise<void> {
  if (data === undefined) return
  const { head, line } = feed(await personPen(invocation))
  let above = [head]
  await takeRows(data, async (rows) => {
    const lines = [...above, ...rows.map((row) => line(row))]
    above = []
    await invocation.ports.terminal.out(lines.map((one) => `${one}\n`).join(''))
  })
}

async function takeRows({ rows }: Data, take: (rows: readonly unknown[]) => Promise<void>): Promise<void> {
  if (typeof rows === 'function') await rows(take)
  else for await (const row of rows) await take([row])
}

async function personPen({ ports: { terminal } }: Invocation) {
  const { columns: width, unicode, outIsTTY } = terminal
  const leftOut: string[] = []
  const style = await terminal.style('out')
  return { audience: 'person', width, unicode, style, leftOut, isPipe: !outIsTTY } as const
}

function* joined(blocks: readonly Block[], pen: Pen): Iterable<string> {
  let isFirst = true
  for (const block of blocks) {
    let isBegun = false
    for (const line of block.lines(pen)) {
      if (!isBegun && !isFirst) yield ''
      isBegun = true
      isFirst = false
      yield pen.unicode ? line : asciiSigns(line)
    }
  }
}

function tellNotes(invocation: Invocation, notes: readonly Note[]): void {
  const isForPerson = !invocation.ports.terminal.isForAgent
  for (const { text, forPerson = '' } of notes)
    tell(invocation, `note: ${text}${isForPerson ? forPerson : ''}`)
}

/** A step as a command line, with the typed flags that it keeps. Undefined: of standard input, which can be read only once. */
export function stepLine(
  invocation: Invocation,
  { verb, args = [], flags, keeps = [] }: Step,
  output?: 'agent',
): string | undefined {
  const { options, settings } = invocation
  if (options.file === '-') return undefined
  const kept = ['profile', 'file', ...Object.keys(settings), ...keeps]
  const isKept = (name: string) =>
    keeps === 'all' ? !['output', 'json', 'jsonFields', 'jq'].includes(name) : kept.includes(name)
  const typed = Object.fromEntries(Object.entries(options).filter(([name]) => isKept(name)))
  return commandLine({ ...invocation, command: verb, args, options: typed }, { ...flags, output })
}

export const notesOf = ({ notes = [] }: Answer): Note[] => notes.filter((note) => note !== undefined)
