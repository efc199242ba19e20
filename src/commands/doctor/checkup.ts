import { Failure } from '../../errors.ts'

/** One line of `doctor`: what was looked at, how it stands, and what to do about it. */
export interface Checkup {
  readonly area: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** What belongs below it, line by line: two spellings and where they part, addresses to register. */
  readonly detail?: readonly string[]
  /** The next step, for warn and fail. */
  readonly next?: string
}

export const ok = (area: string, found: string): Checkup => ({ area, verdict: 'ok', found })
export const warn = (area: string, found: string, next: string): Checkup => ({
  area,
  verdict: 'warn',
  found,
  next,
})
export const fail = (area: string, found: string, next: string): Checkup => ({
  area,
  verdict: 'fail',
  found,
  next,
})

/** Runs one look; a Failure becomes a failed line, and the next look goes on. */
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
