import type { EvilPage } from '../../process/local-proxy/page-tries.ts'
import type { Machine } from '../../world/machine.ts'
import type { EchoApi, Reached } from './echo-api.ts'

/** A running proxy as its owner and an attacker see it. */
export interface Door {
  readonly port: number
  /** Empty on a socket. */
  readonly secret: string
  readonly pid: number
  /** What it has said on stderr. */
  readonly said: () => string
}

/** What is attacked. */
export interface Scene {
  readonly machine: Machine
  readonly api: EchoApi
  /** With `--allow-write`: only the guard itself stops a request. */
  readonly door: Door
  /** Without: reads of the back end alone. */
  readonly reading: Door
  /** Path of the Unix socket of a third one. */
  readonly socket: string
  readonly token: string
  /** A page of somebody else in a real browser, one for all attacks. */
  page(): Promise<EvilPage>
  /** Undoes what an attack has opened. */
  atEnd(undo: () => void): void
}

/** What an attacker got. */
export interface Outcome {
  /** Every byte. */
  readonly heard: string
  /** It got something that never reaches the API: a started proxy, somebody's file. */
  readonly through?: boolean
}

/** One thing that somebody tries. */
export interface Attack {
  readonly name: string
  readonly run: (scene: Scene) => Promise<Outcome>
  /** Whether what the API got shows that it worked; by default, that it got anything. */
  readonly through?: (reached: readonly Reached[], scene: Scene) => boolean
  /** Takes seconds: left out of the short form. */
  readonly long?: boolean
}

/** Attacks of one kind; `needs`: what is missing here, undefined when they can run. */
export interface AttackGroup {
  readonly name: string
  readonly attacks: readonly Attack[]
  readonly missing?: string | undefined
  /** Left out of the short form as a whole: a test of its own runs them. */
  readonly long?: boolean
}
