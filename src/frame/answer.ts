import type { Failure } from '../errors.ts'
import type { TableOptions } from '../trace/render/tables/figure-table.ts'

/** Who reads: a person at a terminal, or an agent, which gets all that fits into its limit. */
export type Audience = 'person' | 'agent'

/** How blocks are drawn: by the rules of tables, for this reader. */
export interface Pen extends TableOptions {
  readonly audience: Audience
  /** Bytes, for an agent. */
  readonly room?: number
  /** The reader is a program, so a list has no width. */
  readonly isPipe?: boolean
}

/**
 * A part of an answer as text. `text` holds words and figures of ours alone; `drawn` may quote spans and servers, already
 * safe for a terminal. Lines may be made one after the other.
 */
export interface Block {
  readonly kind: 'text' | 'drawn'
  lines(pen: Pen): Iterable<string>
}

export const textBlock = (lines: (pen: Pen) => Iterable<string>): Block => ({ kind: 'text', lines })

/** Lines that may quote others, safe for a terminal. */
export const drawnBlock = (lines: (pen: Pen) => Iterable<string>): Block => ({ kind: 'drawn', lines })

/** Something to know about an answer. Its code is public: scripts read it in `notes` of the JSON. */
export interface Note {
  readonly code: string
  readonly text: string
  /** What only a person should read, behind the text: how to switch a protection off, a command to copy. */
  readonly forPerson?: string
  /** It may quote a server or a trace. */
  readonly quotes?: true
}

export const noteOf = (code: string, text: string | false | undefined): Note | undefined =>
  text ? { code, text } : undefined

/** A name that can stand outside the data of an agent: it isn't a text that could say more. */
export const isPlain = (text: string): boolean => /^[\w.:/=-]{1,160}$/.test(text)

/** What to do next: a verb with arguments and flags. */
export interface Step {
  readonly verb: string
  /** What stands in front of it for a person: `next:`. Absent: it is for agents alone. */
  readonly label?: string
  /** A person gets it only where both streams are the terminal: a pager would have it in its screen. */
  readonly atTerminal?: true
  /** It holds a text of a server that is more than a {@link isPlain} name: it is for people alone. */
  readonly quotes?: true
  readonly args?: readonly string[]
  readonly flags?: Readonly<Record<string, unknown>>
  /** Typed flags that continue to it; `file` and the settings of the API always do. */
  readonly keeps?: readonly string[] | 'all'
}

/** Hands rows on as they come; each call has left the process when it resolves. */
export type Pages<Row> = (take: (rows: readonly Row[]) => Promise<void>) => Promise<unknown>

/** The answer as data: each row as a line of NDJSON, and all of them as one value. */
export interface Data<Row = unknown> {
  readonly rows: Iterable<Row> | AsyncIterable<Row> | Pages<Row>
  row(row: Row): unknown
  /** Notes stand beside its members, where it isn't a list. */
  whole(rows: readonly unknown[]): object
  /** The header of CSV where there is no row. */
  readonly columns?: readonly string[]
  /** The lines of CSV, where a row is more than one of them. */
  csv?(): Iterable<string>
}

export interface Feed {
  readonly head: string
  // biome-ignore lint/suspicious/noExplicitAny: as in `data`
  line(row: any): string
}

/** What a verb answers. Each printer makes its own view of it. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: rows of a verb's own type, which meet their own `row` only
  readonly data?: Data<any>
  readonly blocks?: readonly Block[]
  /** Its rows have no end: a head and a line for each, in place of the blocks. As data it is NDJSON alone. */
  readonly feed?: (pen: Pen) => Feed
  /** A document in a format of others, in place of data and blocks. */
  readonly pieces?: Iterable<string>
  /** UTF-8 bytes of the text for an agent, where those are not the usual ones. */
  readonly mostBytes?: number
  /** Read when the rest is printed. */
  readonly notes?: readonly (Note | undefined)[]
  readonly next?: readonly Step[]
  /** Sentences for a person at the end, on standard error. */
  readonly closing?: readonly string[]
  /** Thrown when all is printed: a part of the answer is missing. */
  readonly failure?: Failure | undefined
  readonly exit?: number
}
