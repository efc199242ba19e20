import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import { asInteger } from '../../trace/formats/foreign-json.ts'
import type { TimeRange } from '../../trace/series.ts'
import type { ApiAnswer, ApiRequest, Send } from '../trace-source.ts'
import { END_OF_LIFE, projectPath } from './lightstep.ts'

/** Where in Lightstep a profile's traces are. */
export interface LightstepSettings {
  /** Names, not ids; both may hold spaces. */
  readonly organization: string
  /** Of its pages, where the profile says it. */
  readonly ui?: URL | undefined
  readonly project: string
}

/** One project of the public API v0.2: paths are relative to it, and empty for the project itself. Failure `not-found` for an unknown project. */
export interface LightstepProject {
  readonly settings: LightstepSettings
  ask: Send
  /** A request with a JSON body, `{"data": …}`. */
  post(path: string, data: unknown, answers?: readonly number[]): Promise<ApiAnswer>
}

/** A detail for Failures: Lightstep answers for a tenant that has ended as for a wrong name or key. */
const ENDED = `${END_OF_LIFE}; a deleted organization answers like this too`

/** The project of these names. Failure `settings` for names Lightstep cannot have. */
export function lightstepProject(settings: LightstepSettings, send: Send): LightstepProject {
  const root = projectPath(settings)
  const ask = async (request: ApiRequest) => {
    const answers = [...(request.answers ?? []), 401]
    const answer = await send({
      ...request,
      path: request.path === '' ? root : `${root}/${request.path}`,
      answers,
      ...limitOf(request),
    })
    // Paths below the project may be missing by themselves.
    const isOfProject = !/^(?:stored-traces|snapshots\/)/.test(request.path)
    if (answer.status === 404 && (isOfProject || saysNoProject(errorText(answer))))
      throw unknownProject(settings, answer)
    if (answer.status === 401) throw denied(settings, answer)
    return answer
  }
  const post = (path: string, data: unknown, answers: readonly number[] = []) =>
    ask({ method: 'POST', path, body: JSON.stringify({ data }), answers })
  return { settings, ask, post }
}

/**
 * The organization has a small limit for each of these, beside that of all other requests (docs: rate limits). Looking at a
 * snapshot counts as taking one does, and is what one is taken for.
 */
function limitOf({ path, method = 'GET' }: ApiRequest): Pick<ApiRequest, 'limit'> {
  if (/^snapshots\b/.test(path)) return { limit: { name: 'snapshots', isPoll: method === 'GET' } }
  if (path === 'telemetry/query_timeseries') return { limit: { name: 'queries' } }
  return {}
}

/** A time range as members of bodies and queries: RFC 3339. */
export function oldestAndYoungest({ fromMillis, toMillis }: TimeRange): {
  'oldest-time': string
  'youngest-time': string
} {
  return {
    'oldest-time': new Date(fromMillis).toISOString(),
    'youngest-time': new Date(toMillis).toISOString(),
  }
}

/** The attributes in `{"data": {"attributes": {…}}}`, the shape of most answers. */
export function attributesOf(body: unknown): { readonly [key: string]: unknown } | undefined {
  const data = isObject(body) ? body.data : undefined
  const attributes = isObject(data) ? data.attributes : undefined
  return isObject(attributes) ? attributes : undefined
}

/** Nanoseconds of a duration that is given in microseconds. Undefined: it is missing, or no span can have it. */
export function durationOf(micros: unknown): number | undefined {
  const nanos = Number(asInteger(micros) ?? -1n) * 1000
  return Number.isSafeInteger(nanos) && nanos >= 0 ? nanos : undefined
}

/** The message of `{"errors":["…"]}` or `{"message":"…"}`, sanitized; empty for anything else, plain text included. */
export function errorText(answer: ApiAnswer): string {
  return errorInList(answer) ?? textOf(bodyOf(answer)?.message)
}

/** The same of a list only, which is the form of Lightstep's own API; undefined: there is no list. */
function errorInList(answer: ApiAnswer): string | undefined {
  const { errors } = bodyOf(answer) ?? {}
  return Array.isArray(errors) ? textOf((errors as unknown[])[0]) : undefined
}

const textOf = (value: unknown): string => (typeof value === 'string' ? safeText(value, 300) : '')

function bodyOf(answer: ApiAnswer): JsonObject | undefined {
  try {
    const body = answer.json()
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}

/** The same, and a body that is a plain text: not every error of the API is JSON. */
export function errorWords(answer: ApiAnswer): string {
  const message = errorText(answer)
  const text = message === '' ? Buffer.from(answer.body.subarray(0, 4096)).toString('utf8').trim() : ''
  // A web page or JSON of another shape says nothing to a person.
  return /^[^<{[]/.test(text) ? safeText(text.replace(/\s+/g, ' '), 300) : message
}

/** Failure `api-failed` for an unexpected status. */
export function unexpected(answer: ApiAnswer): Failure {
  const message = errorWords(answer)
  return new Failure('api-failed', `Lightstep answered with status ${answer.status}`, {
    ...(message !== '' && { detail: [message] }),
  })
}

const saysNoProject = (message: string): boolean =>
  /project/i.test(message) && !/\b(span|trace|stream|snapshot)s?\b/i.test(message)

function unknownProject(settings: LightstepSettings, answer: ApiAnswer): Failure {
  const where = `${safeText(settings.organization, 80)}/${safeText(settings.project, 80)}`
  const message = errorText(answer)
  return new Failure('not-found', `Lightstep does not know the project ${where}`, {
    hint: 'Check organization and project in the profile (ls-auth profile show); names are case-sensitive.',
    detail: [...(message === '' ? [] : [message]), ENDED],
  })
}

/**
 * Lightstep answers 401 for a key, and for an organization that does not exist, here or in this region. A gateway that hands it
 * on may add a challenge of its own. With an error in it, that is about the token of the person who asks, and so are words
 * about tokens.
 */
function denied(settings: LightstepSettings, answer: ApiAnswer): Failure {
  const failure = answer.failure as Failure
  const message = errorInList(answer) ?? ''
  const isTheirs = /\borgani[sz]ation\b|\bkey\b/i.test(message) && !isAboutToken(answer, message)
  if (!isTheirs || failure.code !== 'not-allowed') return failure
  const organization = safeText(settings.organization, 80)
  if (failure.reason === 'no-token')
    return failure.withDetail(`Lightstep also answers like this for an unknown organization ${organization}`)
  return new Failure(
    failure.code,
    `Lightstep does not know the organization ${organization}, or does not accept the key (HTTP 401)`,
    {
      hint: 'Check organization (ls-auth profile show). If it is right, the API key has expired. Replace yours in LS_AUTH_TOKEN, or tell whoever runs the gateway.',
      detail: [
        ...failure.detail,
        ...(failure.detail.some((line) => line.includes(message)) ? [] : [`server: ${message}`]),
        `${ENDED};`,
        'EU organizations only exist at https://api.eu.lightstep.com',
      ],
    },
  )
}

/** RFC 6750 §3.1: a challenge to a request with a token names an error where the token is what was wrong. */
const isAboutToken = ({ headers }: ApiAnswer, message: string): boolean =>
  /\berror\s*=/i.test(headers['www-authenticate'] ?? '') || /\b(?:tokens?|jwks?|claims?)\b/i.test(message)
