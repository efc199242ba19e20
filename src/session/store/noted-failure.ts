import { join } from 'node:path'
import { FAILURES, Failure, type FailureCode } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { SessionPlace } from './session-place.ts'
import { readOwn, writeOwn } from './state-files.ts'

/**
 * The last renewal that got no usable answer, noted beside the session. Whoever has waited for the lock meanwhile fails
 * in the same way at once: forty processes in a row at a provider that is down would wait longer than anybody may.
 */

const fileOf = ({ directory }: SessionPlace): string => join(directory, 'failed')

/** Notes a failure, under the lock. It holds no secret. Failure `storage`. */
export async function noteFailure(place: SessionPlace, failure: Failure): Promise<void> {
  const { code, message, hint, detail } = failure
  const note = { at: place.ports.clock.now(), code, message, hint, detail }
  await writeOwn(fileOf(place), Buffer.from(JSON.stringify(note)), place.files, place.ports.env.pid)
}

/** The failure noted since then (milliseconds, local clock); undefined: none, or it is damaged. Failures of readOwn. */
export async function failureSince(place: SessionPlace, since: number): Promise<Failure | undefined> {
  const note = jsonObject(await readOwn(fileOf(place), place.files))
  if (typeof note?.at !== 'number' || note.at <= since || note.at > place.ports.clock.now()) return undefined
  const { code, message, hint, detail } = note
  if (typeof code !== 'string' || !Object.hasOwn(FAILURES, code) || typeof message !== 'string')
    return undefined
  return new Failure(code as FailureCode, message, {
    ...(typeof hint === 'string' && { hint }),
    detail: Array.isArray(detail) ? detail.map(String) : [],
  })
}
