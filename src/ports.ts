/** The machine as interfaces. Types only: any room may import this file, `src/system` implements it. */

import type { Readable } from 'node:stream'

/** What does not change while the process runs. */
export interface Env {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** The system-wide settings file, read below the profile. */
  readonly systemConfigFile: string
  readonly pid: number
  /** Numeric user id, undefined on Windows. */
  readonly uid: number | undefined
  /** Version of this program, as `--version` prints it. */
  readonly version: string
}

/** The OS keychain. Every call is bounded in time; errors are Failures with a `keychain-*` code. */
export interface Keychain {
  /** Undefined: missing, locked or refused, which some platforms do not tell apart. */
  get(account: string): Promise<string | undefined>
  set(account: string, secret: string): Promise<void>
  /** Whether an item was removed. */
  remove(account: string): Promise<boolean>
}

/** A lock held by the kernel: it is released when its process dies. */
export interface Lock {
  /**
   * Takes the lock on `path`, or returns undefined when another process holds it. Never waits.
   * The note is written to `path` + ".holder", for the message of waiting processes.
   */
  tryLock(path: string, note: string): Promise<Unlock | undefined>
}
/** Releases the lock. */
export type Unlock = () => Promise<void>

/** `lstat` of a file; `mode`: the permission bits. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'other'
  readonly mode: number
  readonly uid: number
  readonly size: number
}

/** A file that grows by whole records. Errors keep their `code` (ENOSPC, EACCES, …). */
export interface GrowingFile {
  /** Bytes it has. */
  readonly size: number
  /** The bytes from `position` on, at most `length`; fewer at the end only. */
  read(position: number, length: number): Buffer
  /** Cuts it to so many bytes. */
  cut(size: number): void
  /** Appends by one write. What was written of it when it fails is taken away again where that is possible. */
  append(bytes: Uint8Array): void
  /** Flushes it to the disk, and lets others write it. */
  close(): Promise<void>
}

/** The file operations that sessions and settings need. Errors keep their `code` (ENOSPC, EACCES, …). */
export interface Files {
  /** Whole content, `undefined` when there is no such file. Does not follow a symlink at `path`. */
  read(path: string): Promise<Buffer | undefined>
  /**
   * Whole content of a file that the user named: of any kind (also a pipe or a device), symlinks followed. Error code
   * EFBIG when it has more than `maxBytes`.
   */
  readForeign(path: string, maxBytes: number): Promise<Buffer | undefined>
  /** Creates `path` (must not exist, mode 0600, no symlink followed), writes and flushes it to the disk. */
  create(path: string, bytes: Uint8Array): Promise<void>
  /**
   * Appends by one write, to a file that is made (mode 0600) when it is missing, no symlink followed. Resolves to the size
   * of the file then, in bytes. Error code EINVAL for what is no plain file. `inBackground`: nothing else waits meanwhile,
   * also not for a disk that hangs; it takes longer.
   */
  append(path: string, bytes: Uint8Array, inBackground?: boolean): Promise<number>
  /**
   * Opens a file that the user named, symlinks followed; it is made (mode 0600) when it is missing. Error codes: EINVAL for
   * what is no plain file, EBUSY while another process of ours writes it.
   */
  openGrowing(path: string): Promise<GrowingFile>
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

/** Wall clock and timers. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** One HTTP request. */
export interface HttpRequest {
  /** Upper case. Anything but GET and HEAD is sent at most once. */
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Limit for the decoded body of the response, bytes. */
  readonly maxBytes: number
  readonly timeoutMilliseconds?: number
  readonly signal?: AbortSignal
}

/** A response. Redirects are never followed: they are responses like any other. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case, repeated fields joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** An HTTP client with fixed settings. */
export interface Http {
  /** Failures: `network` (with `sent` on {@link NetworkFailure}), `refused` (TLS), `api-failed` (too large). */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Issuer of the host's TLS certificate; undefined for plain http or behind a proxy. */
  certificateIssuer(url: URL): Promise<string | undefined>
}

/** One HTTP request whose bodies are streamed. */
export interface UpstreamRequest {
  readonly method: string
  readonly url: URL
  /** Repeated names are sent as repeated headers. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** A stream is read once, so such a request cannot be sent again. */
  readonly body: Buffer | Readable | undefined
  readonly signal: AbortSignal
}

/** Its response; the body must be read or discarded. Redirects are never followed. */
export interface UpstreamAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As it comes, still compressed. */
  readonly body: Readable
}

/** An HTTP client that streams, with the same settings as {@link Http}. */
export interface Upstream {
  /** Failures: `network`, `refused` (TLS). */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>
  close(): Promise<void>
}

/** A request to a server of ours, before its body is read. */
export interface LocalRequest {
  readonly method: string
  /** The target of the request line, as it came. */
  readonly target: string
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[]
}

/** A request to a server of ours, and the ways to answer it. */
export interface LocalExchange {
  readonly request: LocalRequest
  /** Aborted when the caller has gone before the end of the answer. */
  readonly gone: AbortSignal
  /** Lets the caller send its body (`Expect: 100-continue`), and gives it as a stream. */
  body(): Readable
  /** Answers with a JSON text and closes the connection. */
  refuse(status: number, json: string): void
  /** Streams an answer. Resolves at its end, rejects when either side breaks off. */
  stream(answer: UpstreamAnswer, change: ByteFilter | undefined): Promise<void>
  /** Closes the connection without a word. */
  drop(): void
}

/** Changes bytes that pass by; both give what may go on by now. */
export interface ByteFilter {
  push(bytes: Buffer): Buffer
  end(): Buffer
}

/** Where a server of ours listens: a TCP port of 127.0.0.1 (0: any that is free), or a Unix socket (mode 0600). */
export type LocalAddress = { readonly port: number } | { readonly socket: string }

/** A server of ours that listens. */
export interface LocalServer {
  /** Undefined on a Unix socket. */
  readonly port: number | undefined
  /** Takes no more requests, and waits a moment for the end of those it has. Removes the Unix socket. */
  close(): Promise<void>
}

/** HTTP servers for other programs of this machine. */
export interface LocalServers {
  /** Error code EADDRINUSE, EACCES, … when it cannot listen there. */
  open(address: LocalAddress, serve: (exchange: LocalExchange) => Promise<void>): Promise<LocalServer>
  /** Whether a program answers at a Unix socket; false: nobody has it open any more. */
  isLive(socket: string): Promise<boolean>
}

/** Proxy, CA and timeout of an HTTP client. */
export interface HttpSettings {
  readonly proxy: string | undefined
  readonly caFile: string | undefined
  readonly clientCert: string | undefined
  readonly clientKey: string | undefined
  readonly timeoutMilliseconds: number | undefined
}

/** The user's web browser. */
export interface Browser {
  /** Starts the user's browser. It may still show no page, so always print the URL too. False: no browser. */
  open(url: URL): Promise<boolean>
}

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

/** Delays SIGINT, SIGTERM and SIGHUP while an exit would lose data. */
export interface Signals {
  /** A signal that comes during `work` takes effect after it, or after a timeout. */
  shield<T>(work: () => Promise<T>): Promise<T>
  /**
   * Waits for a signal that would end the process, and gives the status that a shell would see (130, 143). A second one
   * ends it at once. When `stop` is aborted it waits no longer, and never resolves.
   */
  ending(stop: AbortSignal): Promise<number>
}

/** How a child process ended. */
export type ChildEnd =
  | { readonly status: number }
  | { readonly signal: NodeJS.Signals; readonly signalNumber: number }

/** Other programs. */
export interface Programs {
  /**
   * Runs a program with this process's stdin, stdout and stderr, in its process group, and with exactly these variables.
   * Signals that end this process are left to it meanwhile. Failures: `no-program`, `cannot-run`.
   */
  run(command: readonly string[], variables: Readonly<Record<string, string>>): Promise<ChildEnd>
  /**
   * What a program writes to stdout, with the variables of this process: at most 64 kB, within 30 seconds. Undefined: it
   * is not there, or has failed. What it says on stderr is dropped.
   */
  output(command: readonly string[]): Promise<string | undefined>
}

/** The machine. Heavy ports are thunks: loaded lazily, by the first command that needs them. */
export interface Ports {
  readonly env: Env
  readonly clock: Clock
  readonly terminal: Terminal
  readonly signals: Signals
  files(): Promise<Files>
  lock(): Promise<Lock>
  keychain(): Promise<Keychain>
  http(settings: HttpSettings): Promise<Http>
  upstream(settings: HttpSettings): Promise<Upstream>
  localServers(): Promise<LocalServers>
  browser(): Promise<Browser>
  programs(): Promise<Programs>
  /**
   * Shows how far long work has come in one line of the terminal, which the next text replaces and an empty one takes
   * back. Absent: nobody is to see it.
   */
  readonly progress?: (text: string) => void
}
