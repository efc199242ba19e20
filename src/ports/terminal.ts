import type { Readable, Writable } from 'node:stream'

/** Colours and weights; each function returns the styled text. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  /** Foreground and background change places: the line that a cursor is on. */
  inverse(text: string): string
  /** A colour of a palette of twelve, by index; they differ on light and on dark backgrounds, and none is red. */
  palette(index: number, text: string): string
}

/** A key that was pressed. */
export interface Key {
  /**
   * `up`, `pagedown`, `return`, `escape`, `backspace`, or the letter; empty for other characters. `paste`: a whole text that
   * was pasted, which is text and not keys.
   */
  readonly name: string
  /** What it types; empty for keys that type nothing. In a paste a blank stands for line feeds and the like. */
  readonly text: string
  /** Ctrl or Alt was held down. */
  readonly ctrl: boolean
}

/** A place on the screen, counted from 0. */
export interface Spot {
  readonly line: number
  readonly column: number
}

/** The whole terminal, taken over for a while: keys come one by one, without echo. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  /** Shows these lines, from the top; no line may be wider than the screen. The terminal's own cursor goes to `cursor`. */
  show(lines: readonly string[], cursor: Spot): Promise<void>
  /**
   * The keys that were pressed since the last call; waits for one. Without any: the screen has changed its size, or must be
   * drawn again. Undefined: the input has ended. Ctrl-C and Ctrl-Z do not come: they end and stop the process. On Windows,
   * where the process could not be continued, Ctrl-Z does nothing.
   */
  next(): Promise<readonly Key[] | undefined>
  /** Hands a text to the clipboard of the terminal (OSC 52). False: this terminal is known not to take one. */
  copy(text: string): Promise<boolean>
}

/** stdin, stdout and stderr. */
export interface Terminal {
  /** Standard input and output as streams, for a protocol that is spoken over both: whoever takes them prints nothing else. */
  streams(): { readonly input: Readable; readonly output: Writable }
  /**
   * Writes data to stdout: a text, or many texts with `after` behind each, streamed. Resolves when everything is
   * flushed; a closed pipe (EPIPE) ends the run with 0.
   */
  out(text: string | Iterable<string>, after?: string): Promise<void>
  /**
   * The same for text that a person reads: on a terminal, text longer than its screen goes through the pager ($PAGER, else
   * `less`, on Windows none). Resolves when the pager has ended; leaving it early isn't an error.
   */
  page(text: string | Iterable<string>, after?: string): Promise<void>
  /** Writes data to stdout unchanged. */
  outBytes(bytes: Buffer): Promise<void>
  /** Writes messages for a person to stderr. */
  err(text: string): void
  readonly outIsTTY: boolean
  readonly errIsTTY: boolean
  /** An agent has started this program, as its variables say. */
  readonly isForAgent: boolean
  /** stdin is a terminal that may be read: not that of an agent, and on Linux not from the background (`&`). */
  readonly inIsTTY: boolean
  /** Columns of the terminal that stdout or, behind a pipe, stderr goes to, else COLUMNS, else 120. */
  readonly columns: number
  /** False: draw with ASCII only. */
  readonly unicode: boolean
  /** Styling for stdout or stderr under the colour rules (NO_COLOR, FORCE_COLOR, TERM=dumb, --color). */
  style(stream: 'out' | 'err'): Promise<Style>
  setColor(when: 'auto' | 'always' | 'never'): void
  /** False (`--no-pager`): {@link page} is the same as {@link out}. */
  setPager(allowed: boolean): void
  /** All of stdin as UTF-8. Failure `usage` when it is more than `maxBytes`. */
  readAll(maxBytes: number): Promise<string>
  /** The same, undecoded. */
  readAllBytes(maxBytes: number): Promise<Buffer>
  /** One line from stdin, echoed by the terminal; undefined at the end of the input. */
  readLine(signal?: AbortSignal): Promise<string | undefined>
  /** Prompts without echo; undefined when stdin or stderr isn't a terminal, or at the end of the input. */
  readSecret(prompt: string): Promise<string | undefined>
  /** Standard input and output are a terminal on which a cursor can be moved. */
  readonly hasScreen: boolean
  /**
   * Takes the whole terminal over for `work`, on its alternate screen. However `work` ends, by a signal too, the terminal is
   * restored. Must not be called without {@link hasScreen}.
   */
  withScreen<T>(work: (screen: Screen) => Promise<T>): Promise<T>
}
