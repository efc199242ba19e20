import { Failure, NetworkFailure } from '../../../src/errors.ts'
import { tokenHash, type Want } from '../../../src/session/renewal/freshness.ts'
import { begin, next } from '../../../src/session/renewal/state-machine.ts'
import type { Effect, Event, Seen, State } from '../../../src/session/renewal/step.ts'
import {
  openFile,
  type SessionBody,
  type StoredToken,
  sealFile,
} from '../../../src/session/store/session-file.ts'
import { type Granted, type ProviderHabits, StrictProvider } from '../strict-provider.ts'

/**
 * What becomes of one step of a process; the `-after` faults come once the disk or the provider has acted. `denied`,
 * `unexplained`, `busy`: the provider answers with an error code (`untargeted`: for the API that was asked for), with a refusal without one, with 503; `not-believed`:
 * its answer is renewed tokens that cannot be verified; `of-another`: tokens of another person.
 */
export type Fate =
  | 'ok'
  | 'fails'
  | 'fails-after'
  | 'crash'
  | 'crash-after'
  | 'refused-by-policy'
  | 'denied'
  | 'denied-after'
  | 'untargeted'
  | 'untargeted-after'
  | 'unexplained'
  | 'busy'
  | 'busy-after'
  | 'not-believed'
  | 'of-another'

const STORAGE_FAULTS: readonly Fate[] = ['fails', 'fails-after', 'crash', 'crash-after']

/** Answers that bring nothing, by their fate. */
const USELESS: Readonly<Record<string, 'denied' | 'perhaps-spent' | 'unusable'>> = {
  denied: 'denied',
  untargeted: 'perhaps-spent',
  busy: 'unusable',
}

/** The machine under test: `next` of renewal/state-machine.ts, or a broken one to see that the proof notices. */
export type Machine = typeof next

export interface Process {
  readonly want: Want
  state: State
  effect: Effect
  steps: number
  /** The refresh token it has presented and not accounted for. */
  spending?: string
  /** On its way from the provider, which has acted already. */
  answer?: Event
  unanswered?: Failure
  /** It was refused without a reason. */
  unexplained?: Failure
  /** Refresh tokens it has presented. */
  readonly presented: Set<string>
  /** The access token that it has just fetched itself, and whether the policy refuses it. */
  fetched?: string
  refused?: boolean
  /** The provider has renewed the session, and said so. */
  heard?: boolean
  /** The refresh token that it has presented, and that was answered for another person. */
  foreign?: string
  /** When it took the lock: an earlier spending of the token it found had no outcome. */
  uncertain?: boolean
  /** When it chose its end, if it has a last word to write before. */
  decidedAt?: number
  end?: 'crashed' | 'gave' | 'failed'
}

export const SLOT = { use: 'access', audience: '', scopes: '', narrow: true } as const
const KEY = Buffer.alloc(32, 7)
const HEADER = {
  schema: 1,
  sid: 'model',
  store: 'file',
  issuer: 'i',
  clientId: 'c',
  account: '',
  apis: {},
} as const

/** A machine with a disk, a lock and a provider far away, and processes that take turns in any order. */
export class Model {
  now = 1_800_000_000_000
  disk: Seen | undefined
  holder: object | undefined
  readonly provider: StrictProvider
  readonly life: number
  /** Access tokens that the disk has ever held. */
  readonly committed = new Set<string>()
  /** Refresh token → how many of its presentations are accounted for, so that it may be presented again. */
  readonly accounted = new Map<string, number>()
  /** Refresh tokens whose spending was begun and left without an outcome. */
  readonly uncertain = new Set<string>()
  /** Refresh tokens that were answered for another person, and the disk says so. */
  readonly foreign = new Set<string>()
  /** A renewal is on the disk, and so is that no ID token came with it: this provider sends none. */
  knowsNoIdToken = false
  /** Refresh token → how often it was refused without a reason. */
  readonly unexplained = new Map<string, number>()
  /** Something happened after which a session may be lost: the named window, a lost answer, a revocation. */
  mayBeLost = false
  /** Another machine writes to this disk without this lock: the promises about the lock do not hold then. */
  shared = false
  readonly #machine: Machine
  #room = Number.POSITIVE_INFINITY

  constructor(habits: ProviderHabits, life: number, machine: Machine = next) {
    this.provider = new StrictProvider(habits)
    this.life = life
    this.#machine = machine
  }

  start(want: Want): Process {
    const [state, effect] = begin(want)
    return { want, state, effect, steps: 0, presented: new Set() }
  }

  signIn(age = 0): void {
    const { access, refresh } = this.provider.signIn()
    const token = this.#token(access, this.now - age * 1000)
    this.disk = { body: { tokens: [token], skewSeconds: 0, signedInAt: token.receivedAt }, refresh }
    this.knowsNoIdToken = false
    this.committed.add(access)
  }

  /** Another machine on a shared disk, whose lock nobody here sees. */
  foreignRefresh(): void {
    this.shared = true
    this.mayBeLost = true
    const spent = this.disk?.refresh
    const answer = spent === undefined ? undefined : this.provider.refresh(spent)
    if (!answer || !this.disk) return
    const { attempt: _, ...body } = this.disk.body
    this.#write({
      ...body,
      tokens: [this.#token(answer.access, this.now)],
      refresh: answer.refresh ?? (spent as string),
    })
  }

  foreignSignIn(): void {
    this.shared = true
    this.mayBeLost = true
    this.provider.revoke(this.disk?.refresh)
    this.signIn()
  }

  /** Lets a process do its next step. False: it waits for the lock, or has ended. */
  step(process: Process, fate: Fate): boolean {
    if (process.end) return false
    if (process.effect.do === 'read-locked' && this.holder !== undefined && this.holder !== process)
      return false
    const event = fate === 'crash' ? undefined : this.#perform(process, process.effect, fate)
    if (fate === 'crash' || fate === 'crash-after') return this.#die(process)
    if (!event) return true
    process.steps += 1
    ;[process.state, process.effect] = this.#machine(process.state, event, this.now)
    if (process.state.phase === 'settling') process.decidedAt = this.now
    const { do: doing } = process.effect
    if (doing === 'give' || doing === 'fail') {
      process.end = doing === 'give' ? 'gave' : 'failed'
      if (this.holder === process) this.holder = undefined
    }
    return true
  }

  #perform(process: Process, effect: Effect, fate: Fate): Event | undefined {
    if (effect.do === 'read') return { type: 'read', session: this.disk }
    if (effect.do === 'read-locked') {
      if (this.holder !== process) process.uncertain = this.uncertain.has(this.disk?.refresh ?? '')
      this.holder = process
      return { type: 'read-locked', session: this.disk }
    }
    if (this.holder !== process) throw new Error(`it dared to ${effect.do} without the lock`)
    if (effect.do === 'write') return this.#keep(process, effect.body, fate)
    if (effect.do === 'refresh')
      return process.answer ? this.#deliver(process) : this.#send(process, effect.refreshToken, fate)
    throw new Error(`${effect.do} is not a step`)
  }

  #keep(process: Process, body: SessionBody, fate: Fate): Event {
    if (fate !== 'fails') this.#write(body)
    if (fate !== 'fails' && process.fetched !== undefined) this.knowsNoIdToken = true
    if (process.foreign !== undefined && fate !== 'fails') {
      this.foreign.add(process.foreign)
      this.uncertain.delete(process.foreign)
    }
    if (STORAGE_FAULTS.includes(fate)) this.#leaveNote()
    // A provider that keeps its refresh tokens has answered for this one: what an earlier run left open is settled.
    else if (process.spending !== undefined && process.heard) this.uncertain.delete(process.spending)
    if (process.spending !== undefined && fate === 'fails') this.#abandon(process)
    else if (process.spending === this.disk?.refresh) this.#account(process)
    else delete process.spending
    const failure = new Failure('storage', 'no space left')
    return fate === 'fails' || fate === 'fails-after' ? { type: 'not-written', failure } : { type: 'written' }
  }

  /** The provider acts in one step and its answer comes in another, so that others run in between. */
  #send(process: Process, refresh: string, fate: Fate): Event | undefined {
    if (!this.shared && this.disk?.body.attempt?.hash !== tokenHash(refresh))
      throw new Error('a refresh token went out without a durable attempt')
    if (process.want.use === 'id' && this.knowsNoIdToken && !this.shared)
      throw new Error('spent a refresh token for an ID token that never comes')
    if (this.foreign.has(refresh) && !this.shared)
      throw new Error('sent a refresh token again that was answered for another person')
    if (fate === 'fails') {
      process.unanswered = new NetworkFailure('no program listens there', false)
      return { type: 'unsent', failure: process.unanswered }
    }
    const earlier = this.provider.presented.get(refresh) ?? 0
    if (!this.shared && earlier > (this.accounted.get(refresh) ?? 0))
      throw new Error('a refresh token went out twice although nothing had happened')
    if (process.presented.has(refresh)) throw new Error('a process presented the same refresh token twice')
    process.presented.add(refresh)
    process.spending = refresh
    const useless = this.#useless(process, refresh, fate)
    if (useless) {
      process.answer = useless
      return undefined
    }
    const answer = this.provider.refresh(refresh)
    if (fate === 'fails-after') {
      this.#abandon(process)
      process.unanswered = new NetworkFailure('no answer in time', true)
      return { type: 'unanswered', failure: process.unanswered }
    }
    if (answer && fate === 'of-another') {
      this.mayBeLost = true
      process.foreign = refresh
      process.unanswered = new Failure('refused', 'another account')
      process.answer = { type: 'another-person', failure: process.unanswered, foreign: answer.refresh }
      return undefined
    }
    if (answer) {
      process.heard = true
      if (fate === 'not-believed') process.unanswered = new Failure('refused', 'a wrong signature')
      else process.fetched = answer.access
      process.refused = fate === 'refused-by-policy'
    }
    process.answer = answer
      ? this.#answered(process, answer, fate)
      : this.provider.habits.silent
        ? this.#unexplained(process, refresh)
        : { type: 'refused', failure: new Failure('provider-failed', 'invalid_grant'), isDead: true }
    return undefined
  }

  /** An answer that brings nothing, whatever the provider has done. */
  #useless(process: Process, refresh: string, fate: Fate): Event | undefined {
    if (fate === 'unexplained') return this.#unexplained(process, refresh)
    const [kind, after] = fate.split('-')
    const type = USELESS[kind as string]
    if (!type) return undefined
    if (after) {
      this.provider.refresh(refresh)
      this.mayBeLost = true
    }
    process.unanswered = new Failure('provider-failed', kind as string)
    return { type, failure: process.unanswered }
  }

  #unexplained(process: Process, refresh: string): Event {
    this.unexplained.set(refresh, (this.unexplained.get(refresh) ?? 0) + 1)
    process.unexplained = new Failure('provider-failed', 'HTTP 400')
    return { type: 'unexplained', failure: process.unexplained }
  }

  #deliver(process: Process): Event {
    const event = process.answer as Event
    delete process.answer
    if (event.type !== 'answered') this.#account(process)
    return event
  }

  #answered(process: Process, answer: Granted, fate: Fate): Event {
    const refusal =
      fate === 'refused-by-policy' ? { refusal: new Failure('not-allowed', 'not in the group') } : {}
    const refresh = answer.refresh === undefined ? {} : { refresh: answer.refresh }
    if (fate === 'not-believed') {
      const unusable = process.unanswered as Failure
      return { type: 'answered', renewal: { tokens: [], skewSeconds: 0, unusable, ...refresh } }
    }
    const tokens = [this.#token(answer.access, this.now)]
    return { type: 'answered', renewal: { tokens, skewSeconds: 0, ...refresh, ...refusal } }
  }

  /** A fault leaves a note of an attempt behind: nobody can tell any more what became of it. */
  #leaveNote(): void {
    const { refresh, body } = this.disk ?? {}
    const { hash, outcome } = body?.attempt ?? {}
    if (refresh !== undefined && hash === tokenHash(refresh) && (outcome === undefined || outcome === 'lost'))
      this.uncertain.add(refresh)
  }

  #die(process: Process): true {
    if (this.holder === process) this.#leaveNote()
    if (process.spending !== undefined) this.#abandon(process)
    process.end = 'crashed'
    if (this.holder === process) this.holder = undefined
    return true
  }

  /** The provider may have acted, and the disk does not know: the named window, and faults like it. */
  #abandon(process: Process): void {
    this.mayBeLost = true
    this.uncertain.add(process.spending as string)
    this.#account(process)
  }

  /** This presentation explains itself; the token may be presented again. */
  #account(process: Process): void {
    const { spending } = process
    delete process.spending
    if (spending !== undefined) this.accounted.set(spending, (this.accounted.get(spending) ?? 0) + 1)
  }

  #write(body: SessionBody): void {
    // Through the real seal: nothing the machine writes may be unreadable.
    const opened = openFile(sealFile(HEADER, body, KEY), KEY)
    if (!opened) throw new Error('an unreadable file')
    const size = JSON.stringify(body).length
    if (body.padding !== undefined) this.#room = size
    else if (size > this.#room) throw new Error('the note did not prove that the answer fits')
    this.disk = { body: opened, refresh: opened.refresh ?? this.disk?.refresh }
    for (const { value } of opened.tokens) this.committed.add(value)
  }

  #token(text: string, receivedAt: number): StoredToken {
    return { ...SLOT, value: text, receivedAt, expiresIn: this.life }
  }
}
