import { Failure, NetworkFailure } from '../../../errors.ts'
import type { RateLimit } from '../../../http-answers/rate-limit.ts'
import { isObject, type JsonObject } from '../../../json-object.ts'
import { hexId } from '../../formats/foreign-json.ts'
import type { SnapshotConsent } from '../consent.ts'
import { listInAnswer, readItems } from '../list-in-answer.ts'
import type { ApiAnswer } from '../trace-source.ts'
import {
  attributesOf,
  durationOf,
  errorWords,
  type LightstepProject,
  unexpected,
  unknownProject,
} from './lightstep-api.ts'

/** An example of a span that a snapshot has collected. */
export interface Exemplar {
  readonly spanId: string
  readonly service?: string
  readonly name?: string
  /** Undefined: not known. */
  readonly durationNanos: number | undefined
  readonly error: boolean
}

/** Polls after the announced time, each of one request. Few, because every request to snapshots is counted, polls included. */
const MOST_POLLS = 6
const POLL_INTERVAL_MILLIS = 8_000
/** From the first poll to the last one, limits of the API included. */
const PATIENCE_MILLIS = 60_000
const LONGEST_COLLECTING_MILLIS = 120_000
/** The snapshot is made all the same. */
const NOT_NOW = [429, 502, 503, 504]

/**
 * Has Lightstep collect spans that match a query and assemble their traces (`POST …/snapshots`), and polls for them.
 * Spends 2 to 7 of 60 requests an hour that the whole organization has: to take it, and to look at it. Empty where nothing
 * recent matches. Failures: `not-found` for an unknown project, `usage` for the query, `api-failed` when it is not
 * ready in time. What is taken is told at once, and named by each failure after that, as another try takes another: those
 * that may pass have the reason `snapshot-taken`.
 */
export async function takeSnapshot(
  query: string,
  project: LightstepProject,
  consent: SnapshotConsent,
): Promise<Exemplar[]> {
  const answer = await project.post('snapshots', { attributes: { query } }, [400])
  if (answer.status === 404) throw unknownProject(project.settings, answer)
  if (answer.status === 400) throw snapshotRejected(answer, query).withMoreHint(answer.tokenHint)
  const { id, readyInMillis } = readReceipt(answer, consent.now())
  const page = `/${encodeURIComponent(project.settings.project)}/explorer?snapshot_id=${id}`
  consent.tell(`snapshot taken: see it in Lightstep's UI, at ${page}`)
  let left = await limitIn(answer, consent)
  try {
    await consent.wait(readyInMillis, 'Lightstep is collecting spans')
    return await collected(id, project, consent, (limit) => {
      left = limit ?? oneLess(left)
    })
  } catch (error) {
    throw error instanceof Failure ? stillThere(error, page) : error
  } finally {
    // Only now: each look at it is counted, too.
    if (left.remaining !== undefined) consent.tell(`snapshots: ${budget(left)}`)
  }
}

const oneLess = (left: RateLimit): RateLimit =>
  left.remaining === undefined ? left : { ...left, remaining: Math.max(0, left.remaining - 1) }

/** Lazy: most runs take none. */
async function limitIn({ headers }: ApiAnswer, consent: SnapshotConsent): Promise<RateLimit> {
  const { readRateLimit } = await import('../../../http-answers/rate-limit.ts')
  return readRateLimit(headers, consent.now())
}

async function collected(
  id: string,
  project: LightstepProject,
  consent: SnapshotConsent,
  onPoll: (limit?: RateLimit) => void,
): Promise<Exemplar[]> {
  const until = consent.now() + PATIENCE_MILLIS
  for (let poll = 1; ; poll++) {
    // It counts, whatever comes of it.
    onPoll()
    const { found, failure, limit, waitMillis = 0 } = await pollSnapshot(id, project, consent)
    if (limit?.remaining !== undefined) onPoll(limit)
    // An empty first answer may only be too early.
    if (found && (found.length > 0 || poll > 1)) return found
    const wait = Math.max(POLL_INTERVAL_MILLIS, waitMillis)
    if (poll === MOST_POLLS || consent.now() + wait > until)
      throw failure ?? new Failure('api-failed', 'the snapshot was not ready in time')
    const isLimited = failure?.code === 'rate-limited'
    await consent.wait(
      wait,
      isLimited ? 'waiting for the limit of snapshots' : 'the snapshot is not ready yet',
    )
  }
}

/** The failure of a snapshot that is taken: the usual advice to try again would take another. */
function stillThere(failure: Failure, page: string): Failure {
  const { code, hint, detail, exit } = failure
  const message = `${failure.message}; the snapshot is taken: ${page}`
  if (!MAY_PASS.includes(code)) return failure.withWords(message, hint)
  return new Failure(code, message, {
    hint: "See it in Lightstep's UI, at this address. To try again takes another one.",
    detail: [...detail, ...(code === 'rate-limited' ? [`about the limit: ${hint}`] : [])],
    exit,
    reason: 'snapshot-taken',
    cause: failure,
  })
}

/** Codes of failures that may pass by themselves. */
export const MAY_PASS: readonly string[] = ['api-failed', 'network', 'rate-limited']

/**
 * `{"data":{"id":"…","attributes":{"complete-time":"…"}}}`. The wait is computed by the server's clock (the Date
 * header) where it is known.
 */
function readReceipt(answer: ApiAnswer, now: number): { id: string; readyInMillis: number } {
  const body = answer.json()
  const data = isObject(body) ? body.data : undefined
  const id = isObject(data) ? data.id : undefined
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) throw unexpected(answer)
  const serverNow = Date.parse(answer.headers.date ?? '') || now
  const complete = Date.parse(String(attributesOf(body)?.['complete-time'])) || serverNow
  return { id, readyInMillis: Math.min(LONGEST_COLLECTING_MILLIS, Math.max(0, complete - serverNow)) }
}

/** `41 of 60 left …, all back in 23m`. */
function budget({ remaining, limit, resetMilliseconds }: RateLimit): string {
  const most = limit === undefined ? '' : ` of ${limit}`
  const back = resetMilliseconds === undefined ? '' : `, all back in ${inWords(resetMilliseconds)}`
  return `${remaining}${most} left this hour for the organization${back}`
}

function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`
}

interface Poll {
  /** Undefined while there is no list. */
  readonly found?: Exemplar[]
  /** Why there was no answer; it may pass. */
  readonly failure?: Failure
  readonly limit?: RateLimit
  /** How long the server says to wait. */
  readonly waitMillis?: number | undefined
}

async function pollSnapshot(id: string, project: LightstepProject, consent: SnapshotConsent): Promise<Poll> {
  const request = { path: `snapshots/${id}`, query: { 'include-exemplars': '1' }, answers: NOT_NOW }
  const answer = await project.ask(request).catch((error: unknown) => {
    if (error instanceof NetworkFailure) return error
    throw error
  })
  if (answer instanceof NetworkFailure) return { failure: answer }
  const limit = await limitIn(answer, consent)
  if (answer.failure) {
    const { retryMilliseconds, resetMilliseconds } = limit
    const wait = answer.status === 429 ? (retryMilliseconds ?? resetMilliseconds) : retryMilliseconds
    return { failure: answer.failure, limit, waitMillis: wait }
  }
  if (answer.status === 404 || answer.status === 202) return { limit }
  const attributes = attributesOf(answer.json())
  if (!attributes) throw unexpected(answer)
  if (attributes.exemplars === undefined || attributes.exemplars === null) return { limit }
  const found = readItems(listInAnswer(attributes, ['exemplars'], 'Lightstep'), 'Lightstep', readExemplar)
  return { found, limit }
}

function readExemplar(item: JsonObject): Exemplar[] {
  const spanId = hexId(item['span-guid'], 16)
  if (spanId === undefined) return []
  const [service, name] = [item['service-name'], item['span-name']]
  const exemplar: Exemplar = {
    spanId,
    ...(typeof service === 'string' && { service }),
    ...(typeof name === 'string' && { name }),
    durationNanos: durationOf(item['duration-micros']),
    error: item['has-error'] === true,
  }
  return [exemplar]
}

function snapshotRejected(answer: ApiAnswer, query: string): Failure {
  const said = errorWords(answer)
  return new Failure('usage', 'Lightstep did not accept the query for a snapshot', {
    hint: `Queries of snapshots look like: service IN ("web") AND "http.status_code" IN ("500")`,
    detail: [...(said === '' ? [] : [said]), query],
  })
}
