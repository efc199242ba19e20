/** The user's web browser. */
export interface Browser {
  /** Starts the user's browser. It may still show no page, so always print the URL too. False: no browser. */
  open(url: URL): Promise<boolean>
}

/** How a child process ended. */
export type ChildEnd =
  | { readonly status: number }
  | { readonly signal: NodeJS.Signals; readonly signalNumber: number }

/** What came of a program that was asked for its output. `status`: undefined where it did not end by itself. */
export type ProgramOutput =
  | { readonly end: 'written'; readonly text: string }
  | { readonly end: 'no-program' }
  | { readonly end: 'too-late' }
  | { readonly end: 'failed'; readonly status: number | undefined }

/** Other programs. */
export interface Programs {
  /**
   * Runs a program with this process's stdin, stdout and stderr, in its process group, and with exactly these variables.
   * Signals that end this process are left to it meanwhile. Failures: `no-program`, `cannot-run` (reason `batch-file`: cmd.exe
   * can start it; nothing here escapes words for cmd.exe).
   */
  run(command: readonly string[], variables: Readonly<Record<string, string>>): Promise<ChildEnd>
  /**
   * What a program writes to stdout, with the variables of this process: at most 64 kB. It is ended with `stop`, and with this
   * process. What it says on stderr is dropped.
   */
  output(
    command: readonly string[],
    limits: { readonly milliseconds: number; readonly stop?: AbortSignal },
  ): Promise<ProgramOutput>
}
