import { Failure } from '../../errors.ts'
import { isObject, jsonObject } from '../../json-object.ts'
import { errorIn, type JaegerError, MOST_ERROR_BYTES } from '../../trace/formats/jaeger-json.ts'
import type { ApiAnswer, ApiRequest, Send } from '../trace-source.ts'
import { listInAnswer } from '../traces-in-answer.ts'
import { jaeger } from './jaeger.ts'

const NEWLINE = 0x0a
const MARK = '{"error"'

/**
 * The error in a stream of documents, one a line, which has the status of its beginning: `{"error":{"code":13,"message":…}}`
 * in a line of its own. The lines before it may be long, and are not parsed.
 */
export function errorInStream(bytes: Uint8Array): JaegerError | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + 1)) {
    if (at > 0 && body[at - 1] !== NEWLINE) continue
    const newline = body.indexOf(NEWLINE, at)
    const to = newline < 0 ? body.length : newline
    const message = to - at > MOST_ERROR_BYTES ? undefined : errorIn(jsonObject(body.subarray(at, to)))
    if (message !== undefined) return message
  }
  return undefined
}

/** Throws what an answer without any items says went wrong: it must not read as "nothing found". */
export function requireNoError(body: unknown): void {
  const reply = errorIn(body)
  if (reply !== undefined && !reply.isMissing) throw failedJaeger(reply)
}

/** The same of an answer whose traces were read, and are none. */
export const requireNoErrorIn = (bytes: Uint8Array): void =>
  bytes.length > MOST_ERROR_BYTES ? undefined : requireNoError(jsonObject(Buffer.from(bytes)))

/** Of a request that Jaeger did not carry out, whatever its status. */
export const failedJaeger = ({ words }: JaegerError): Failure =>
  new Failure('api-failed', 'Jaeger answered with an error', {
    hint: 'Try again. If it keeps failing, ask whoever runs Jaeger or its storage.',
    detail: words === '' ? [] : [`server: ${words}`],
  })

/**
 * Sends a request to v3; undefined when this Jaeger has no such path. Versions without it answer unknown paths with their UI's
 * web page or a 404 that is not v3's. Only a request to the older API can distinguish that from a login page. VictoriaTraces
 * answers them with a 400, `unsupported path requested`: `memory` keeps that.
 */
export async function askV3(
  send: Send,
  request: ApiRequest,
  memory: { isVictoria?: boolean } = {},
): Promise<ApiAnswer | undefined> {
  try {
    const answer = await send({ ...request, answers: [400, 405, 501, ...(request.answers ?? [])] })
    if (answer.status === 500 && !isV3Error(answer)) throw answer.failure
    if (answer.status === 405 || answer.status === 501) return undefined
    if (answer.status < 400 || isV3Error(answer)) return answer
    memory.isVictoria = answer.status === 400
    return undefined
  } catch (error) {
    const page = error instanceof Failure && (error.code === 'login-page' || error.code === 'not-found')
    if (page) return undefined
    throw error
  }
}

/** `{"error":{"httpCode":404,"message":"No traces found"}}`. */
function isV3Error(answer: ApiAnswer): boolean {
  try {
    const body = answer.json()
    return isObject(body) && isObject(body.error)
  } catch {
    return false
  }
}

/** The services that Jaeger knows, by v3 of its API, else by v2. Failure `api-failed`: there is no Jaeger. */
export async function jaegerServices(send: Send): Promise<string[]> {
  const services = await servicesAnswered(send)
  if (services === undefined) throw noJaeger()
  return services
}

/** Whether Jaeger's API is here. Throws what is in the way of an answer. */
export const isJaeger = async (send: Send): Promise<boolean> => (await servicesAnswered(send)) !== undefined

/** Where v3 and v2 have the list. */
const LISTS = ['services', 'data']

async function servicesAnswered(send: Send): Promise<string[] | undefined> {
  const v3 = await askV3(send, { path: '/api/v3/services' })
  if (v3?.failure) throw v3.failure
  const answer = v3 ?? (await send({ path: '/api/services' }))
  if (answer.status === 404) return undefined
  const body = answer.json()
  const names = listInAnswer(body, LISTS, jaeger.name)
  if (names.length === 0) requireNoError(body)
  // Jaeger without a service answers {} by v3. Another program answers the same JSON everywhere.
  const members = Object.keys(body as object)
  if (members.length > 0 && !LISTS.some((name) => members.includes(name))) return undefined
  return names.filter((name): name is string => typeof name === 'string').sort()
}

/** Another program answers at this address. */
export const noJaeger = (): Failure =>
  new Failure('api-failed', 'there is no Jaeger API at this address', {
    hint: "Check that api is the base URL of Jaeger's query service, with its base path. Without a back end set, ls-auth asks the API which it is.",
  })
