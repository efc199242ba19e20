import { safeJson } from '../../safe-text.ts'
import type { Typed } from '../cli-command.ts'
import { type Invocation, printJson, tell } from '../invocation.ts'

/** `--json` is `-o json`; without either, what is printed for people. The parser knows the values of `-o`. */
export function readFormat<Format extends string>({ json, flags }: Typed, forPeople: Format): Format {
  return (json ? 'json' : (flags.output ?? forPeople)) as Format
}

/** What a list is in each of its forms. */
export interface Rows<Row> {
  readonly rows: readonly Row[]
  /** One line of NDJSON, as a value. */
  toJson(row: Row): unknown
  /** The whole as one JSON value. */
  whole(rows: readonly unknown[]): unknown
  /** For people: lines, safe for a terminal. */
  lines(): Promise<Iterable<string>> | Iterable<string>
}

/** Prints a list as NDJSON, as one JSON value, or as lines for people (any other format). */
export async function printRows<Row>(invocation: Invocation, format: string, list: Rows<Row>): Promise<void> {
  const { terminal } = invocation.ports
  const { rows } = list
  if (format === 'ndjson') return terminal.out(ndjson(rows.map(list.toJson)))
  if (format === 'json') return printJson(invocation, list.whole(rows.map(list.toJson)))
  await terminal.out([...(await list.lines())].map((line) => `${line}\n`).join(''))
}

/** One JSON value a line. */
export const ndjson = (values: readonly unknown[]): string =>
  values.map((value) => `${safeJson(value)}\n`).join('')

/** Says once that something was masked, and how to see it: `values`, `labels`. */
export function tellMasked(invocation: Invocation, what: string): void {
  tell(
    invocation,
    `note: ${what} that look like secrets or personal data are masked; --show-sensitive shows them`,
  )
}
