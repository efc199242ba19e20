/** The machine as interfaces. Types only: any room may import them, `src/system` implements them. */

import type { Readable } from 'node:stream'
import type { Http, HttpSettings, Upstream, UpstreamAnswer } from './http.ts'
import type { Terminal } from './terminal.ts'

/** What does not change while the process runs. */
export interface Env {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** Of the command that runs now. Nothing in it is read unless a person types its name. */
  workingDirectory(): string
  /** The system-wide settings file, read below the profile. */
  readonly systemConfigFile: string
  readonly pid: number
  /** Numeric user id, undefined on Windows. */
  readonly uid: number | undefined
  /** Version of this program, as `--version` prints it. */
  readonly version: string
}

/** Wall clock and timers. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** Delays SIGINT, SIGTERM and SIGHUP while an exit would lose data. */
export interface Signals {
  /** A signal that comes during `work` takes effect after it, or after a timeout. */
  shield<T>(work: () => Promise<T>): Promise<T>
  /**
   * Waits for a signal that would end the process and for the work that delays it, and gives the status of a shell (130, 143).
   * A second one ends it at once. When `stop` is aborted it waits no longer, and never resolves.
   */
  ending(stop: AbortSignal): Promise<number>
  /**
   * Does `work`, which must be short, before a signal ends the process at once; not where a person waits for `ending`. What it
   * gives forgets it.
   */
  beforeEnd(work: () => Promise<void>): () => void
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
   * back. Absent: no person is to see it.
   */
  readonly progress?: (text: string) => void
  /**
   * Keys that a passphrase has opened while the process runs, by their wrapped form: a person types it once for one command.
   * Absent: each is asked for.
   */
  readonly openedKeys?: Map<string, Buffer>
}

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
   * Runs a program with this process's stdin, stdout and stderr, in its process group, and with exactly these variables. Until
   * it ends, signals that end this process are left to it. Failures: `no-program`, `cannot-run` (reason `batch-file`: cmd.exe
   * can start it; this room escapes no words for cmd.exe).
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
  /** A directory in which people can replace only what is theirs, as /tmp. */
  readonly sticky?: true
}

/** A file that grows by whole records. Errors keep their `code` (ENOSPC, EACCES, …). */
export interface GrowingFile {
  /** Bytes it has. */
  readonly size: number
  /** The bytes from `position` on, at most `length`; fewer at the end only. */
  read(position: number, length: number): Buffer
  /** Cuts it to so many bytes. */
  cut(size: number): void
  /** Appends by one write. If it fails, the written part is removed again where that is possible. */
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
   * EFBIG when it has more than `maxBytes`. `plainOnly`: EINVAL for what isn't a plain file; nothing waits for a pipe.
   * `judge` has the facts of the file that is open, before it is read, and may throw; then no symlink at `path` is followed.
   */
  readForeign(
    path: string,
    maxBytes: number,
    plainOnly?: boolean,
    judge?: (facts: FileFacts) => void,
  ): Promise<Buffer | undefined>
  /** Creates `path` (must not exist, mode 0600 under every umask, no symlink followed), writes and flushes it to the disk. */
  create(path: string, bytes: Uint8Array): Promise<void>
  /** The same, whole or not at all: no reader of `path` finds a part of it, whatever happens. */
  createWhole(path: string, bytes: Uint8Array): Promise<void>
  /**
   * Appends by one write, to a file that is made (mode 0600) when it is missing, no symlink followed, and closes it to others.
   * Resolves to the size of the file then, in bytes. Error codes: EINVAL for anything but a plain file, EPERM where the file or
   * its directory belongs to another user. `inBackground`: the process does not wait, even for a disk that hangs; it takes
   * longer.
   */
  append(path: string, bytes: Uint8Array, inBackground?: boolean): Promise<number>
  /**
   * Opens a file that the user named, symlinks followed; it is made (mode 0600) when it is missing. Error codes: EINVAL for
   * what isn't a plain file, EBUSY while another process of ours writes it.
   */
  openGrowing(path: string): Promise<GrowingFile>
  /**
   * Renames; a file at `to` is replaced. Windows refuses that while another program, as a virus scanner, has one of the two
   * open: there it retries for 10 seconds, but for `once`.
   */
  rename(from: string, to: string, once?: boolean): Promise<void>
  /** Flushes a directory's entries to the disk (a no-op where the platform has no such call). */
  syncDirectory(path: string): Promise<void>
  remove(path: string): Promise<void>
  /** Removes also a directory, with all that is in it. A link is removed, and not followed. */
  removeTree(path: string): Promise<void>
  /** Creates missing directories with mode 0700. */
  makeDirectory(path: string): Promise<void>
  list(path: string): Promise<string[]>
  /**
   * Where a symlink at `path`, and what it leads to, ends; `path` where there is none. The end itself may be missing. Error
   * code ENOENT when the directory of the end is.
   */
  endOfLinks(path: string): Promise<string>
  /** The text of a symlink, unresolved. */
  readLink(path: string): Promise<string>
  /** `lstat`; undefined when there is nothing at `path`. */
  inspect(path: string): Promise<FileFacts | undefined>
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

/** Changes bytes that pass by; both give the bytes that may pass by now. */
export interface ByteFilter {
  push(bytes: Buffer): Buffer
  end(): Buffer
}

/** Where a server of ours listens: a TCP port of 127.0.0.1 (0: any that is free), or a Unix socket (mode 0600). */
export type LocalAddress = { readonly port: number } | { readonly socket: string }

/** A server of ours that listens. */
interface LocalServer {
  /** Undefined on a Unix socket. */
  readonly port: number | undefined
  /** Takes no more requests, waits a moment for the end of those it has, and cuts the others off. Removes the Unix socket. */
  close(): Promise<void>
}

/** HTTP servers for other programs of this machine. */
export interface LocalServers {
  /** Error code EADDRINUSE, EACCES, … when it cannot listen there. */
  open(address: LocalAddress, serve: (exchange: LocalExchange) => Promise<void>): Promise<LocalServer>
  /** Whether a program answers at a Unix socket; false: no program has it open any more. */
  isLive(socket: string): Promise<boolean>
}
