import { FAILURES, Failure, type FailureCode } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { wholeDuration } from '../../../time/whole-duration.ts'
import { type Invocation, tell } from '../../invocation.ts'

/** What may be over soon. Anything else ends the run: the sign-in, the rights, the settings. */
const PASSING: ReadonlySet<FailureCode> = new Set([
  'network',
  'provider-failed',
  'api-failed',
  'no-proof',
  'busy',
])
const LONGEST_WAIT_SECONDS = 60
/** A page of a gateway that had a token may be maintenance, or ask for a sign-in: nobody can tell but by waiting. */
const LONGEST_PAGE_SECONDS = 600

/** Looks that fail, in a row. */
export class Outage {
  readonly #invocation: Invocation
  #failed = 0
  #isSignIn = false
  /** Waited since the first page that may ask for a sign-in. */
  #pageSeconds = 0
  #isLimited = false

  constructor(invocation: Invocation) {
    this.#invocation = invocation
  }

  /** A look has failed: says so once, and again where it waits for another time. Throws what will not be over soon. */
  failed(error: unknown): void {
    if (!(error instanceof Failure) || !isPassing(error)) throw error
    const wasSignIn = this.#isSignIn
    this.#isSignIn = isPerhapsSignIn(error)
    if (this.#isSignIn && this.#pageSeconds >= LONGEST_PAGE_SECONDS) throw error
    this.#failed += 1
    if (this.#failed > 1 && this.#isSignIn === wasSignIn) return
    const end = this.#isSignIn ? `for ${wholeDuration(LONGEST_PAGE_SECONDS)}` : 'until it works'
    this.#tell(`note: ${safeText(error.message, 300)}; trying again ${end}`)
  }

  /** The API limits requests, and the next one waits so many milliseconds. */
  limited(milliseconds: number): void {
    if (this.#isLimited) return
    this.#isLimited = true
    this.#tell(`note: the API limits requests: the next look is in ${Math.ceil(milliseconds / 1000)}s`)
  }

  /** A look was answered. */
  answered(): void {
    if (this.#failed > 0) this.#tell('note: it works again')
    this.#failed = 0
    this.#isSignIn = false
    this.#pageSeconds = 0
    this.#isLimited = false
  }

  /** Seconds to wait now for the next look: ever longer while none is answered. */
  nextWait(interval: number): number {
    const seconds = Math.min(
      interval * 2 ** Math.min(this.#failed, 10),
      Math.max(interval, LONGEST_WAIT_SECONDS),
    )
    if (this.#isSignIn) this.#pageSeconds += seconds
    return seconds
  }

  #tell = (line: string): void => tell(this.#invocation, line)
}

/** A page comes from what stands before the API, which may be down for maintenance. */
const isPassing = ({ code, reason }: Failure): boolean => PASSING.has(code) || reason === 'web-page'

/** The page came in spite of a token. */
const isPerhapsSignIn = ({ code, exit }: Failure): boolean =>
  code === 'login-page' && exit === FAILURES['login-page'].exit
