/** The machine as interfaces. Types only: any room may import them, `src/system` implements them. */

import type { Http, HttpSettings, Upstream } from './http.ts'
import type { LocalServers } from './local-server.ts'
import type { Browser, Programs } from './programs.ts'
import type { Files, Keychain, Lock } from './storage.ts'
import type { Terminal } from './terminal.ts'

/** What does not change while the process runs. */
export interface Env {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** Of the command that runs now. Nothing in it is read unless somebody types its name. */
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
   * Waits for a signal that would end the process, and gives the status that a shell would see (130, 143), after the work
   * that delays it. A second one ends it at once. When `stop` is aborted it waits no longer, and never resolves.
   */
  ending(stop: AbortSignal): Promise<number>
  /**
   * Does `work`, which must be short, before a signal ends the process at once; not where somebody waits for `ending`. What it
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
   * back. Absent: nobody is to see it.
   */
  readonly progress?: (text: string) => void
  /**
   * Keys that a passphrase has opened while the process runs, by what was opened: nobody types it twice for one command.
   * Absent: each is asked for.
   */
  readonly openedKeys?: Map<string, Buffer>
}
