import { commandLine } from '../commands/command-line.ts'
import { type Invocation, printJson, tell } from '../commands/invocation.ts'
import { safeJson } from '../text/safe-text.ts'
import { csvLine, csvText } from '../trace/formats/csv-cell.ts'
import type { Answer, Block, Note, Pen, Step } from './answer.ts'

/** Prints an answer as `format`; gives the exit status. Failure: that of the answer, once all is printed. */
export async function print(invocation: Invocation, answer: Answer, format: string): Promise<number> {
  if (format === 'json' || format === 'ndjson' || format === 'csv')
    await printData(invocation, answer, format)
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
  const rows: unknown[] = []
  let isFirst = true
  for await (const row of data.rows) {
    const value = data.row(row)
    if (format === 'json') rows.push(value)
    else if (format === 'ndjson') await terminal.out(`${safeJson(value)}\n`)
    else await terminal.out(csvLines(value as object, isFirst))
    isFirst = false
  }
  const notes = notesOf(answer)
  if (format === 'json')
    await printJson(invocation, {
      ...data.whole(rows),
      ...(notes.length > 0 && { notes: notes.map(({ code, text }) => ({ code, text })) }),
    })
  tellNotes(invocation, notes)
}

const csvLines = (row: object, isFirst: boolean): string =>
  (isFirst ? csvLine(Object.keys(row)) : '') +
  csvLine(Object.values(row).map((cell) => (typeof cell === 'string' ? csvText(cell) : String(cell ?? ''))))

/** For a person: the blocks with a blank line between, then the notes on standard error. */
async function printText(invocation: Invocation, answer: Answer): Promise<void> {
  const { terminal } = invocation.ports
  const leftOut: string[] = []
  const { columns: width, unicode } = terminal
  const pen: Pen = { audience: 'person', width, unicode, style: await terminal.style('out'), leftOut }
  await terminal.page(joined(answer.blocks, pen), '\n')
  for (const step of answer.next ?? []) {
    const line = step.label && stepLine(invocation, step)
    if (line) tell(invocation, `${step.label}  ${line}`)
  }
  // In a pipe, everyone is a program.
  const hidden = leftOut.length > 0 && terminal.outIsTTY
  const noRoom: Note = { code: 'no-room', text: `no room here for ${leftOut.join(', ')}; -o json has all` }
  tellNotes(invocation, [...(hidden ? [noRoom] : []), ...notesOf(answer)])
}

function* joined(blocks: readonly Block[], pen: Pen): Iterable<string> {
  let isFirst = true
  for (const block of blocks) {
    let isBegun = false
    for (const line of block.lines(pen)) {
      if (!isBegun && !isFirst) yield ''
      isBegun = true
      isFirst = false
      yield line
    }
  }
}

function tellNotes(invocation: Invocation, notes: readonly Note[]): void {
  const isForPerson = !invocation.ports.terminal.isForAgent
  for (const { text, forPerson = '' } of notes)
    tell(invocation, `note: ${text}${isForPerson ? forPerson : ''}`)
}

/** A step as a command line, with the typed flags that it keeps. Undefined: of standard input, which is there only once. */
export function stepLine(
  invocation: Invocation,
  { verb, args = [], flags, keeps = [] }: Step,
  output?: 'agent',
): string | undefined {
  const { options, settings } = invocation
  if (options.file === '-') return undefined
  const kept = ['profile', 'file', ...Object.keys(settings), ...keeps]
  const isKept = (name: string) =>
    keeps === 'all' ? name !== 'output' && name !== 'json' : kept.includes(name)
  const typed = Object.fromEntries(Object.entries(options).filter(([name]) => isKept(name)))
  return commandLine({ ...invocation, command: verb, args, options: typed }, { ...flags, output })
}

/** The notes that there are. */
export const notesOf = ({ notes = [] }: Answer): Note[] => notes.filter((note) => note !== undefined)
