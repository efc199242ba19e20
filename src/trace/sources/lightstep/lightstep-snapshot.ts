import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject } from '../../../json-object.ts'
import { hexId } from '../../formats/foreign-json.ts'
import { answeredList } from '../list-in-answer.ts'
import type { SnapshotDesk } from '../snapshot-desk.ts'
import type { ApiAnswer } from '../trace-source.ts'
import {
  attributesOf,
  errorText,
  type LightstepProject,
  unexpected,
  unknownProject,
} from './lightstep-api.ts'

/** A span a snapshot has collected. */
export interface Exemplar {
  readonly spanId: string
  readonly service?: string
  readonly name?: string
  readonly durationNanos: number
  readonly error: boolean
}

/** Looks after the time the API named: requests to snapshots are counted, looks included. */
const LOOKS = 6
const BETWEEN_LOOKS_MILLIS = 8_000
const LONGEST_WAIT_MILLIS = 120_000

/**
 * Has Lightstep collect spans that fit a query and assemble their traces (`POST …/snapshots`), and waits for them.
 * Spends one of 60 requests an hour that the whole organization has, and a few more for looking. Empty where nothing
 * recent fits.
 */
export async function takeSnapshot(
  query: string,
  project: LightstepProject,
  desk: SnapshotDesk,
): Promise<Exemplar[]> {
  const answer = await project.post('snapshots', { attributes: { query } }, [400])
  if (answer.status === 404) throw unknownProject(project.settings, answer)
  if (answer.status === 400) throw refused(answer, query)
  const { id, readyInMillis } = readReceipt(answer, desk.now())
  desk.tell(`snapshot taken${budget(answer)}`)
  await desk.wait(readyInMillis, 'Lightstep is collecting spans')
  for (let look = 1; ; look++) {
    const found = await lookAt(id, project)
    // Nothing at first may be too early to tell.
    if (found && (found.length > 0 || look > 1)) return found
    if (look === LOOKS) break
    await desk.wait(BETWEEN_LOOKS_MILLIS, 'the snapshot is not ready yet')
  }
  throw new Failure('api-failed', 'the snapshot was not ready in time', {
    hint: `Look at it later in Lightstep’s UI (explorer, snapshot ${id}), or try again.`,
  })
}

/** `{"data":{"id":"…","attributes":{"complete-time":"…"}}}`; how long that is, by the server's own clock if it tells. */
function readReceipt(answer: ApiAnswer, now: number): { id: string; readyInMillis: number } {
  const body = answer.json()
  const data = isObject(body) ? body.data : undefined
  const id = isObject(data) ? data.id : undefined
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) throw unexpected(answer)
  const serverNow = Date.parse(answer.headers.date ?? '') || now
  const complete = Date.parse(String(attributesOf(body)?.['complete-time'])) || serverNow
  return { id, readyInMillis: Math.min(LONGEST_WAIT_MILLIS, Math.max(0, complete - serverNow)) }
}

/** `: 41 of 60 left …, all back in 23m`. X-RateLimit-Reset is seconds to wait. */
function budget({ headers }: ApiAnswer): string {
  const [left, limit, reset] = ['remaining', 'limit', 'reset'].map((name) => {
    const text = headers[`x-ratelimit-${name}`] ?? ''
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined
  })
  if (left === undefined) return ''
  const most = limit === undefined ? '' : ` of ${limit}`
  const back =
    reset === undefined ? '' : `, all back in ${reset < 60 ? `${reset}s` : `${Math.ceil(reset / 60)}m`}`
  return `: ${left}${most} left this hour for the organization${back}`
}

/** `undefined` while there is no list. */
async function lookAt(id: string, project: LightstepProject): Promise<Exemplar[] | undefined> {
  const answer = await project.ask({ path: `snapshots/${id}`, query: { 'include-exemplars': '1' } })
  if (answer.status === 404 || answer.status === 202) return undefined
  const attributes = attributesOf(answer.json())
  if (!attributes) throw unexpected(answer)
  if (attributes.exemplars === undefined || attributes.exemplars === null) return undefined
  return answeredList(attributes, ['exemplars'], 'Lightstep').filter(isObject).flatMap(readExemplar)
}

function readExemplar(item: JsonObject): Exemplar[] {
  const spanId = hexId(item['span-guid'], 16)
  if (spanId === undefined) return []
  const [service, name, micros] = [item['service-name'], item['span-name'], Number(item['duration-micros'])]
  const exemplar: Exemplar = {
    spanId,
    ...(typeof service === 'string' && { service }),
    ...(typeof name === 'string' && { name }),
    durationNanos: Number.isFinite(micros) ? micros * 1000 : 0,
    error: item['has-error'] === true,
  }
  return [exemplar]
}

function refused(answer: ApiAnswer, query: string): Failure {
  const said = errorText(answer)
  return new Failure('usage', 'Lightstep did not accept the query for a snapshot', {
    hint: `Queries of snapshots look like: service IN ("web") AND "http.status_code" IN ("500")`,
    detail: [...(said === '' ? [] : [said]), query],
  })
}
