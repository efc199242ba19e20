import { Failure, type FailureCode } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
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

/** Looks that fail, in a row. */
export class Outage {
  readonly #invocation: Invocation
  #failed = 0
  #isLimited = false

  constructor(invocation: Invocation) {
    this.#invocation = invocation
  }

  /** A look has failed: says so once. Throws what will not be over soon. */
  failed(error: unknown): void {
    if (!(error instanceof Failure) || !PASSING.has(error.code)) throw error
    this.#failed += 1
    if (this.#failed === 1) this.#tell(`note: ${safeText(error.message, 300)}; trying again until it works`)
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
    this.#isLimited = false
  }

  /** Seconds until the next look: ever longer while none is answered. */
  waitSeconds(interval: number): number {
    return Math.min(interval * 2 ** Math.min(this.#failed, 10), Math.max(interval, LONGEST_WAIT_SECONDS))
  }

  #tell = (line: string): void => tell(this.#invocation, line)
}
