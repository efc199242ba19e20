import * as fc from 'fast-check'
import { secondsLeft, tokenHash, type Want } from '../../../src/session/renewal/freshness.ts'
import type { ProviderHabits } from '../strict-provider.ts'
import { type Fate, type Machine, Model, type Process, SLOT } from './state-machine-model.ts'

/** One history: who wants what, in which order they move, and what goes wrong. */
export interface Plan {
  readonly habits: ProviderHabits
  /** Life of an access token and what is left of the stored one's, seconds. */
  readonly life: number
  readonly left: number
  readonly wants: readonly (Omit<Want, 'use' | 'audience' | 'scopes'> & { readonly use?: 'id' })[]
  readonly moves: readonly { readonly who: number; readonly fate: Fate; readonly wait: number }[]
  readonly event: { readonly at: number; readonly what: What } | undefined
}
type What = 'logout' | 'login' | 'revoked' | 'foreign-refresh' | 'foreign-login'

const faults: Fate[] = [
  ...(['ok', 'fails', 'fails-after', 'crash', 'crash-after', 'refused-by-policy'] as const),
  ...(['untargeted', 'untargeted-after'] as const),
  ...(['denied', 'denied-after', 'unexplained', 'busy', 'busy-after', 'not-believed', 'of-another'] as const),
]

export const plans = (
  fates = faults,
  events: What[] = ['logout', 'login', 'revoked', 'foreign-refresh', 'foreign-login'],
) =>
  fc.record<Plan>({
    habits: fc.record({
      rotation: fc.constantFrom('rotate' as const, 'rotate' as const, 'keep' as const, 'omit' as const),
      grace: fc.constantFrom(0, 0, 1),
      silent: fc.constantFrom(false, false, true),
      growth: fc.constantFrom(0, 0, 3_500),
    }),
    life: fc.constantFrom(1, 30, 100, 3600),
    left: fc.oneof(fc.constantFrom(-1, 0, 3, 4, 8), fc.integer({ min: -3700, max: 7300 })),
    wants: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.record({ minTtlSeconds: fc.constantFrom(0, 20, 90, 100, 7200) }) },
        { weight: 1, arbitrary: fc.constant({ rejectedHash: 'the stored one' }) },
        { weight: 1, arbitrary: fc.constant({ use: 'id' as const }) },
      ),
      { minLength: 2, maxLength: 3 },
    ),
    moves: fc.array(
      fc.record({
        who: fc.nat({ max: 2 }),
        fate: fc.oneof(
          { weight: 3, arbitrary: fc.constant('ok' as const) },
          { weight: 1, arbitrary: fc.constantFrom(...fates) },
        ),
        wait: fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom(0, 5) },
          { weight: 1, arbitrary: fc.integer({ min: -90_000, max: 200_000 }) },
        ),
      }),
      { maxLength: 30 },
    ),
    event: fc.option(fc.record({ at: fc.nat({ max: 20 }), what: fc.constantFrom(...events) }), {
      nil: undefined,
    }),
  })

/** Plays a plan to its end, then sends one more process after it; throws where a promise is broken. */
export function play(plan: Plan, machine?: Machine): Model {
  const model = new Model(plan.habits, plan.life, machine)
  model.signIn(plan.life - plan.left)
  const stored = model.disk?.body.tokens[0]?.value ?? ''
  const want = (extra: Plan['wants'][number]): Want => ({
    ...SLOT,
    ...extra,
    ...(extra.rejectedHash ? { rejectedHash: tokenHash(stored) } : {}),
  })
  const processes = plan.wants.map((extra) => model.start(want(extra)))
  let event = plan.event
  const move = (process: Process, fate: Fate): void => {
    const before = process.end
    model.step(process, fate)
    if (!before && process.end) judge(model, process)
    if (process.steps > 12) throw new Error('a process does not come to an end')
  }
  const happen = () => {
    // A login or a logout waits for the lock like everybody.
    if (!event || ((event.what === 'login' || event.what === 'logout') && model.holder)) return
    occur(model, event.what)
    event = undefined
  }
  plan.moves.forEach(({ who, fate, wait }, at) => {
    if (event && at >= event.at) happen()
    model.now += wait
    move(processes[who % processes.length] as Process, fate)
  })
  const rest = [...processes, model.start(want({}))]
  for (let round = 0; rest.some(({ end }) => !end); round++) {
    if (round > 60) throw new Error('the processes wait for each other')
    for (const process of rest) move(process, 'ok')
  }
  judgeEnd(model)
  judgeLater(model)
  return model
}

function occur(model: Model, what: What): void {
  if (what === 'revoked') {
    model.provider.revoke(model.disk?.refresh)
    model.mayBeLost = true
  }
  if (what === 'logout' || what === 'login') model.provider.revoke(model.disk?.refresh)
  if (what === 'logout') model.disk = undefined
  if (what === 'login') model.signIn()
  if (what === 'foreign-refresh') model.foreignRefresh()
  if (what === 'foreign-login') model.foreignSignIn()
}

function promise(holds: boolean, words: string): void {
  if (!holds) throw new Error(words)
}

/** What must be true of a process that has just ended. */
function judge(model: Model, process: Process): void {
  const { effect, want, unanswered, unexplained, fetched, decidedAt } = process
  const now = decidedAt ?? model.now
  if (effect.do === 'give') {
    const { token, warning } = effect
    promise(
      model.committed.has(token.value) || warning !== undefined,
      'gave a token that was never kept, without a word',
    )
    promise(tokenHash(token.value) !== want.rejectedHash, 'gave the token that the API had refused')
    promise(!process.refused || token.value !== fetched, 'gave a token that the policy refuses')
    // How long its own answer took to keep is not the machine's doing.
    if (token.value === fetched) return
    promise(
      secondsLeft(token, now) > (warning ? 0 : (want.minTtlSeconds ?? 0)),
      'gave a token that does not live',
    )
    return
  }
  if (effect.do !== 'fail') return
  const { failure } = effect
  const { refresh, body } = model.disk ?? {}
  promise(failure.code !== 'bug', failure.message)
  promise(
    failure.code !== 'session-ended' ||
      refresh === undefined ||
      model.provider.isDead(refresh) ||
      model.foreign.has(refresh) ||
      // Two bad signs and never a reason: for the person it has ended.
      (model.unexplained.get(refresh) ?? 0) + (process.uncertain ? 1 : 0) > 1,
    'ended a session that lives',
  )
  promise(!unanswered || failure.code !== 'session-ended', 'trouble on the way ended a session')
  promise(failure.code !== 'session-ended' || model.disk !== undefined, 'says ended, and is signed out')
  if (failure.code === 'not-signed-in') promise(model.disk === undefined, 'says signed out, and is not')
  if (failure.code === 'session-ended' && !model.shared) {
    const says = failure.message.includes('interrupted')
    promise(
      says === process.uncertain,
      says ? 'blames an interruption that never was' : 'hides an interruption',
    )
  }
  const impossible = failure === unanswered || failure === unexplained || failure.code === 'storage'
  const valid = body?.tokens.some(
    (token) =>
      token.use === want.use && tokenHash(token.value) !== want.rejectedHash && secondsLeft(token, now) > 1,
  )
  promise(
    !impossible || !valid || want.minTtlSeconds !== undefined || model.shared,
    'kept a valid token back',
  )
}

/** What must be true when everybody has ended. */
function judgeEnd(model: Model): void {
  promise(model.holder === undefined, 'the lock is still held')
  if (model.disk && !model.mayBeLost)
    promise(!model.provider.isDead(model.disk.refresh), 'lost a session for no reason')
}

/** Once all tokens have run out: a session that lives is renewed, and one that is dead is called so at the second run. */
function judgeLater(model: Model): void {
  if (model.disk === undefined) return
  model.now += (model.life + 100_000) * 1000
  const run = (): Process => {
    const process = model.start(SLOT)
    while (!process.end) model.step(process, 'ok')
    judge(model, process)
    return process
  }
  const { refresh } = model.disk
  const dead = model.provider.isDead(refresh) || model.foreign.has(refresh ?? '')
  const first = run()
  if (!dead) {
    promise(first.end === 'gave', 'does not renew a session that lives')
    return
  }
  const { effect } = run()
  promise(
    effect.do === 'fail' && effect.failure.code === 'session-ended',
    'never says that a session is dead',
  )
}
