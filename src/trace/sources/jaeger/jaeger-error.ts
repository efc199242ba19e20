import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject, jsonObject } from '../../../json-object.ts'
import { safeText } from '../../../text/safe-text.ts'
import { withoutTokens } from '../../../text/token-in-text.ts'
import { textOrNumber } from '../../formats/foreign-json.ts'

/** What Jaeger says went wrong, in an answer that is a good one by its status. */
export interface SaidError {
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

/** `{"error":{"httpCode":500,"message":…}}`; undefined: there is none. */
function errorIn(body: unknown): SaidError | undefined {
  if (!isObject(body)) return undefined
  const { error } = body
  if (error === undefined || error === null || error === '') return undefined
  const text = isObject(error) ? textOrNumber(error.message) : textOrNumber(error)
  return { isMissing: isOfMissing(error), words: safeText(withoutTokens(text ?? ''), 300) }
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

/** Of a request that Jaeger did not carry out, whatever its status. */
export const failedJaeger = ({ words }: SaidError): Failure =>
  new Failure('api-failed', 'Jaeger answered with an error', {
    hint: 'Try again; if it goes on, ask whoever runs Jaeger or its storage.',
    detail: words === '' ? [] : [`they say: ${words}`],
  })
