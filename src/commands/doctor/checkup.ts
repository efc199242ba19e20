import { Failure } from '../../errors.ts'

/** One line of `doctor`: the check, its result, and what to do about it. */
export interface Checkup {
  readonly area: string
  /** `skip`: not looked at, for the reason that is found. */
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skip'
  readonly found: string
  /** Lines printed below: two issuers with their first difference, redirect URIs to register. */
  readonly detail?: readonly string[]
  /** The next step, for warn and fail. */
  readonly next?: string
}

/** A check that passed. */
export const ok = (area: string, found: string): Checkup => ({ area, verdict: 'ok', found })
/** A check with a warning. */
export const warn = (area: string, found: string, next: string): Checkup => ({
  area,
  verdict: 'warn',
  found,
  next,
})
/** A check that failed. */
export const fail = (area: string, found: string, next: string): Checkup => ({
  area,
  verdict: 'fail',
  found,
  next,
})

/** A check that was left out, so that no reader takes it for passed. */
export const skip = (area: string, why: string): Checkup => ({
  area,
  verdict: 'skip',
  found: `not tried: ${why}`,
})

/** Runs one check. A Failure becomes a failed line, so that the next check still runs. */
export async function look(
  area: string,
  work: () => Promise<Checkup | readonly Checkup[]>,
): Promise<Checkup[]> {
  try {
    return [await work()].flat()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { message, detail, hint } = error
    return [{ ...fail(area, message, hint), ...(detail.length > 0 && { detail }) }]
  }
}
