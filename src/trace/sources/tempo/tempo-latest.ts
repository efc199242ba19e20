import { Failure } from '../../../errors.ts'
import { jsonObject } from '../../../json-object.ts'
import type { Send } from '../trace-source.ts'

/** A query hint: without it Tempo returns the first traces found, not the latest. */
export const LATEST = 'with (most_recent=true)'

/**
 * What a Tempo does with {@link LATEST}. It is heeded since 2.8 (release notes, PR 4238). 2.4 to 2.7 read it and return any traces,
 * sorted by time as ever: no answer that is full tells whether they are the latest. `unknown`: it may be either.
 */
export type HintUse = 'heeded' | 'not heeded' | 'unknown'

/** What the searches of one run have learnt about {@link LATEST}. */
export interface HintMemory {
  /** Undefined: it has not mattered yet. */
  use?: HintUse
}

/**
 * From the version that `GET /api/status/buildinfo` names. A build of somebody's own names none, and a gateway may not let this
 * path through: that is no failure.
 */
export async function hintUse(ask: Send): Promise<HintUse> {
  const answer = await ask({ path: '/api/status/buildinfo', answers: [400, 403, 405] }).catch((error) => {
    if (error instanceof Failure) return undefined
    throw error
  })
  const { version } = (answer?.status === 200 ? jsonObject(Buffer.from(answer.body)) : undefined) ?? {}
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(String(version)) ?? []
  if (major === undefined) return 'unknown'
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 8) ? 'heeded' : 'not heeded'
}
