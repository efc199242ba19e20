/** Colours and weights; each function returns the styled text. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  /** A colour of a palette of twelve, by index; they differ on light and on dark backgrounds, and none is red. */
  palette(index: number, text: string): string
}

/** stdin, stdout and stderr. */
export interface Terminal {
  /**
   * Writes data to stdout: a text, or many texts with `after` behind each, streamed. Resolves when everything is
   * flushed; a closed pipe (EPIPE) ends the run with 0.
   */
  out(text: string | Iterable<string>, after?: string): Promise<void>
  /**
   * The same for text that a person reads: when stdout is a terminal and the text is longer than its screen, it goes
   * through the pager ($PAGER, else `less`). Resolves when the pager has ended; leaving it early is no error.
   */
  page(text: string | Iterable<string>, after?: string): Promise<void>
  /** Writes data to stdout as it is. */
  outBytes(bytes: Buffer): Promise<void>
  /** Writes messages for a person to stderr. */
  err(text: string): void
  readonly outIsTTY: boolean
  readonly errIsTTY: boolean
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
  /** Prompts without echo; undefined when stdin or stderr is no terminal, or at the end of the input. */
  readSecret(prompt: string): Promise<string | undefined>
}
