/** A limit of requests as APIs enforce it: fixed windows. */
export interface RateLimitOptions {
  readonly limit: number
  readonly windowMilliseconds: number
  /** `headers`: each answer tells what is left (Lightstep). `retry-after`: the refusal alone tells how long to wait. */
  readonly tells: 'headers' | 'retry-after'
}

/** Counts requests of each window. */
export class RateLimiter {
  readonly #options: RateLimitOptions
  #window = 0
  #used = 0
  /** Requests beyond the limit, all of them refused. */
  violations = 0
  /** Most requests that were let through in one window. */
  most = 0

  constructor(options: RateLimitOptions) {
    this.#options = options
  }

  /** One request at this moment (milliseconds): whether it is let through, and what its answer tells of the limit. */
  take(now: number): { readonly allowed: boolean; readonly headers: Record<string, string> } {
    const { limit, windowMilliseconds, tells } = this.#options
    const window = Math.floor(now / windowMilliseconds)
    if (window !== this.#window) [this.#window, this.#used] = [window, 0]
    const allowed = this.#used < limit
    if (allowed) this.#used += 1
    else this.violations += 1
    this.most = Math.max(this.most, this.#used)
    const seconds = String(Math.ceil(((window + 1) * windowMilliseconds - now) / 1000))
    if (tells === 'retry-after') return { allowed, headers: allowed ? {} : { 'retry-after': seconds } }
    return {
      allowed,
      headers: {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(limit - this.#used),
        'x-ratelimit-reset': seconds,
      },
    }
  }
}
