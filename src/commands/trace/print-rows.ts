import { safeJson } from '../../text/safe-text.ts'
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

/** Prints a list as NDJSON, or as one JSON value. */
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

/** Of values that masking changed: an agent is to leave it so. */
export const MASKED = {
  code: 'masked',
  text: 'values that look like secrets or personal data are masked',
  forPerson: '; --show-sensitive shows them',
}

/** Says that something was masked, and a person how to see it: an agent is to leave it so. */
export function tellMasked(invocation: Invocation): void {
  const isForAgent = invocation.ports.terminal.isForAgent || invocation.options.output === 'agent'
  const how = isForAgent ? '' : '; --show-sensitive shows them'
  tell(invocation, `note: values that look like secrets or personal data are masked${how}`)
}
