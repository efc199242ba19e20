import { safeJson } from '../../text/safe-text.ts'
import type { ListFormat } from '../../trace/formats/output-choices.ts'
import type { Typed } from '../cli-command.ts'
import { type Invocation, printJson, tell } from '../invocation.ts'

/** The output format: `--json` is `-o json`; default `forPeople`. The parser has validated the value of `-o`. */
export function readFormat<Format extends string>({ json, flags }: Typed, forPeople: Format): Format {
  return (json ? 'json' : (flags.output ?? forPeople)) as Format
}

/** A list as data. */
export interface DataRows<Row> {
  readonly rows: readonly Row[]
  /** One line of NDJSON, as a value. */
  toJson(row: Row): unknown
  /** The whole list as one JSON value, from the rows as `toJson` made them. */
  whole(rows: readonly unknown[]): unknown
}

/** A list in all of its formats. */
export interface Rows<Row> extends DataRows<Row> {
  /** For people: one line, sanitized for a terminal. */
  line(row: Row): string
}

/** Prints a list as NDJSON, as one JSON value, or line by line for people (`list`). */
export async function printRows<Row>(
  invocation: Invocation,
  format: ListFormat,
  list: Rows<Row>,
): Promise<void> {
  if (format !== 'list') return printData(invocation, format, list)
  await invocation.ports.terminal.page(list.rows.map(list.line), '\n')
}

/** The same without the format for people, which the caller draws itself. */
export async function printData<Row>(
  invocation: Invocation,
  format: 'json' | 'ndjson',
  { rows, toJson, whole }: DataRows<Row>,
): Promise<void> {
  const values = rows.map(toJson)
  if (format === 'json') return printJson(invocation, whole(values))
  await invocation.ports.terminal.out(ndjson(values))
}

/** NDJSON: one JSON value in each line. */
export const ndjson = (values: readonly unknown[]): string =>
  values.map((value) => `${safeJson(value)}\n`).join('')

/** Says that something was masked, and a person how to see it: an agent is to leave it so. */
export function tellMasked(invocation: Invocation, what: 'values' | 'labels'): void {
  const isForAgent = invocation.ports.terminal.isForAgent || invocation.options.output === 'agent'
  const how = isForAgent ? '' : '; --show-sensitive shows them'
  tell(invocation, `note: ${what} that look like secrets or personal data are masked${how}`)
}
