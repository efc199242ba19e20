import { jaeger } from '../../backends/jaeger.ts'
import { Failure } from '../../errors.ts'
import { isObject, type JsonObject, jsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import { withoutTokens } from '../../text/token-in-text.ts'
import { textOrNumber } from '../formats/foreign-json.ts'
import type { ApiAnswer, ApiRequest, Send } from './trace-source.ts'
import { listInAnswer } from './traces-in-answer.ts'

/** What Jaeger says went wrong, in an answer that is a good one by its status. */
interface SaidError {
  /** There is no such thing, which is no failure. */
  readonly isMissing: boolean
  /** Empty: Jaeger says no more. */
  readonly words: string
}

/** 404 of HTTP, 5 of gRPC. */
const MISSING: readonly unknown[] = [404, 5, '404', '5']
/** Bytes of the longest document that is looked at as an error. */
const MOST_BYTES = 65_536
const NEWLINE = 0x0a
const BRACE = 0x7b
const BLANKS: readonly (number | undefined)[] = [0x20, 0x09, 0x0d]

/** `{"errors":[{"code":500,"msg":…}]}` of `/api`, `{"error":{"httpCode":500,"message":…}}` of v3; undefined: neither. */
function errorIn(body: unknown): SaidError | undefined {
  if (!isObject(body)) return undefined
  const said = [body.errors, body.error]
    .flat()
    .filter((one) => one !== undefined && one !== null && one !== '')
  if (said.length === 0) return undefined
  const worst = said.find((one) => !isOfMissing(one)) ?? said[0]
  const text = isObject(worst) ? textOrNumber(worst.msg ?? worst.message) : textOrNumber(worst)
  return { isMissing: isOfMissing(worst), words: safeText(withoutTokens(text ?? ''), 300) }
}

const isOfMissing = (one: unknown): boolean => isObject(one) && MISSING.includes(codeOf(one))

/** A gateway before gRPC names both codes (`http_code`, `grpc_code`), or that of gRPC alone (`code`). */
const codeOf = ({ httpCode, http_code, code, grpc_code }: JsonObject): unknown =>
  httpCode ?? http_code ?? code ?? grpc_code

/**
 * The error in a stream of documents, one a line, which has the status of its beginning: `{"error":{"code":13,"message":…}}`
 * in a line of its own. The lines before it may be long, and are not parsed.
 */
export function errorInStream(bytes: Uint8Array): SaidError | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = body.indexOf('"error"'); at >= 0; at = body.indexOf('"error"', at + 1)) {
    const from = lineBegin(body, at)
    if (from === undefined) continue
    const newline = body.indexOf(NEWLINE, at)
    const to = newline < 0 ? body.length : newline
    const document = to - from > MOST_BYTES ? undefined : jsonObject(body.subarray(from, to))
    const said = errorIn(document)
    if (said !== undefined) return said
  }
  return undefined
}

/** Where the line begins whose first member stands at `at`; undefined: it is not the first of a line. */
function lineBegin(body: Buffer, at: number): number | undefined {
  const brace = beforeBlanks(body, at)
  if (body[brace] !== BRACE) return undefined
  const before = beforeBlanks(body, brace)
  return before < 0 || body[before] === NEWLINE ? brace : undefined
}

function beforeBlanks(body: Buffer, at: number): number {
  let before = at - 1
  while (BLANKS.includes(body[before])) before--
  return before
}

/** Throws what an answer without any items says went wrong: it must not read as "nothing found". */
export function requireNoError(body: unknown): void {
  const said = errorIn(body)
  if (said !== undefined && !said.isMissing) throw failedJaeger(said)
}

/** The same of an answer whose traces were read, and are none. */
export const requireNoErrorIn = (bytes: Uint8Array): void =>
  bytes.length > MOST_BYTES ? undefined : requireNoError(jsonObject(Buffer.from(bytes)))

/** Of a request that Jaeger did not carry out, whatever its status. */
export const failedJaeger = ({ words }: SaidError): Failure =>
  new Failure('api-failed', 'Jaeger answered with an error', {
    hint: 'Try again; if it goes on, ask whoever runs Jaeger or its storage.',
    detail: words === '' ? [] : [`server: ${words}`],
  })

/**
 * Sends a request to v3; undefined when this Jaeger has no such path. Versions without it answer unknown paths with
 * their UI's web page or a 404 that is not v3's: only a request to the older API can tell that from a login page.
 * VictoriaTraces answers them with a 400, `unsupported path requested`: `memory` keeps that.
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
    hint: "Check that api is the base URL of Jaeger's query service, with its base path.",
  })
