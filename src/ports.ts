/** The machine as interfaces. Types only: any room may import this file, `src/system` implements it. */

/** What a process is born with. */
export interface Env {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** The system-wide settings file, read below the profile. */
  readonly systemConfigFile: string
  readonly pid: number
  /** Numeric user id, undefined on Windows. */
  readonly uid: number | undefined
  /** Of this program, as `--version` prints it. */
  readonly version: string
}

/** The OS keychain. Every call is bounded in time; errors are Failures with a `keychain-*` code. */
export interface Keychain {
  /** `undefined` means "the keychain did not give it": missing, locked and refused look alike on some platforms. */
  get(account: string): Promise<string | undefined>
  set(account: string, secret: string): Promise<void>
  /** Whether an item was removed. */
  remove(account: string): Promise<boolean>
}

/** A kernel-held lock: it is released when the holder dies. */
export interface Lock {
  /**
   * Takes the lock on `path` or returns undefined when another process holds it. Never waits.
   * The holder's note is left in `path` + ".holder", for the message of those who wait.
   */
  tryLock(path: string, note: string): Promise<Unlock | undefined>
}
export type Unlock = () => Promise<void>

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  readonly mode: number
  readonly uid: number
  readonly size: number
}

/** The few file operations sessions and settings are built from. Errors keep their `code` (ENOSPC, EACCES, …). */
export interface Files {
  /** Whole content, `undefined` when there is no such file. Does not follow a symlink at `path`. */
  read(path: string): Promise<Buffer | undefined>
  /**
   * Whole content of a file named by the user: of any kind (a pipe, a device), symlinks followed. Never more than
   * `maxBytes` are read: error code EFBIG when there is more.
   */
  readForeign(path: string, maxBytes: number): Promise<Buffer | undefined>
  /** Creates `path` (must not exist, mode 0600, no symlink followed), writes and flushes it to the disk. */
  create(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Flushes a directory's entries to the disk (a no-op where the platform has no such call). */
  syncDirectory(path: string): Promise<void>
  remove(path: string): Promise<void>
  /** Creates missing directories with mode 0700. */
  makeDirectory(path: string): Promise<void>
  list(path: string): Promise<string[]>
  /** `lstat`; undefined when there is nothing at `path`. */
  inspect(path: string): Promise<FileFacts | undefined>
}

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Cap on the decoded size of the answer. */
  readonly maxBytes: number
  readonly timeoutMilliseconds?: number
  readonly signal?: AbortSignal
}

/** Redirects are answers like any other: the door never follows one. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case, repeated fields joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Http {
  /** Failures: `network` (with `sent` on {@link NetworkFailure}), `refused` (TLS), `api-failed` (too large). */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Who signed the certificate that this host shows; undefined for plain http or behind a proxy. */
  certificateIssuer(url: URL): Promise<string | undefined>
}

export interface HttpSettings {
  readonly proxy: string | undefined
  readonly caFile: string | undefined
  readonly clientCert: string | undefined
  readonly clientKey: string | undefined
  readonly timeoutMilliseconds: number | undefined
}

export interface Browser {
  /** Starts the user's browser. Whether a page shows is unknown: always print the URL too. False: no opener here. */
  open(url: URL): Promise<boolean>
}

export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  /** One of a fixed palette by index (services keep their colour between runs). */
  palette(index: number, text: string): string
}

export interface Terminal {
  /**
   * Data: a text, or many with `after` behind each, never all of them in memory at once. Resolves when they have left
   * the process; a closed pipe ends the run with 0.
   */
  out(text: string | Iterable<string>, after?: string): Promise<void>
  /** Talk. */
  err(text: string): void
  readonly outIsTTY: boolean
  readonly errIsTTY: boolean
  readonly inIsTTY: boolean
  /** Columns of the terminal, else COLUMNS, else 120. */
  readonly columns: number
  /** False: draw with ASCII only. */
  readonly unicode: boolean
  /** Styling for stdout or stderr under the colour rules (NO_COLOR, FORCE_COLOR, TERM=dumb, --color). */
  style(stream: 'out' | 'err'): Promise<Style>
  setColor(when: 'auto' | 'always' | 'never'): void
  /** All of stdin. Failure `usage` when it is more than `maxBytes`. */
  readAll(maxBytes: number): Promise<string>
  /** The same, undecoded. */
  readAllBytes(maxBytes: number): Promise<Buffer>
  /** One line from stdin, echoed by the terminal; undefined at its end. */
  readLine(signal?: AbortSignal): Promise<string | undefined>
  /** A line typed without echo; undefined when nobody can be asked (stdin or stderr is no terminal) or at its end. */
  readSecret(prompt: string): Promise<string | undefined>
}

/** SIGINT, SIGTERM and SIGHUP, held back for as long as dying would lose something. */
export interface Signals {
  /** A signal that comes during `work` takes effect after it (bounded). */
  shield<T>(work: () => Promise<T>): Promise<T>
}

/** The machine. Heavy parts are thunks, loaded by the first command that needs them. */
export interface Ports {
  readonly env: Env
  readonly clock: Clock
  readonly terminal: Terminal
  readonly signals: Signals
  files(): Promise<Files>
  lock(): Promise<Lock>
  keychain(): Promise<Keychain>
  http(settings: HttpSettings): Promise<Http>
  browser(): Promise<Browser>
}
