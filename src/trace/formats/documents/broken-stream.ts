import { isObject, type JsonObject } from '../../../json-object.ts'
import { safeText } from '../../../text/safe-text.ts'
import { withoutTokens } from '../../../text/token-in-text.ts'
import { textOrNumber } from '../foreign-json.ts'

/** Bytes that a line is looked at for its first member: there may be blanks. */
const BEGIN_BYTES = 64
/** 404 of HTTP, 5 of gRPC: another request, whose trace is not there. */
const MISSING: readonly unknown[] = [404, 5, '404', '5']

/** Whether a line is one of a stream of gRPC's gateway, which Jaeger's `/api/v3` gives: `{"result":…}`. */
export const isOfStream = (line: Buffer): boolean =>
  /^\s*\{\s*"result"\s*:/.test(line.toString('latin1', 0, BEGIN_BYTES))

/** Why such a stream ended early, if this value behind a line of it says so: `{"error":{"grpcCode":4,"httpCode":504,"message":…}}`. */
export function whyBroken(value: unknown): string | undefined {
  const error = isObject(value) && Object.keys(value).length === 1 ? value.error : undefined
  if (!isObject(error) || codeOf(error) === undefined || MISSING.includes(codeOf(error))) return undefined
  const words = safeText(withoutTokens(textOrNumber(error.message) ?? ''), 300)
  return `Jaeger broke off${words === '' ? '' : `: ${words}`}`
}

/** A gateway names both codes (`httpCode`, `http_code`), or that of gRPC alone (`code`). */
const codeOf = ({ httpCode, http_code, code, grpcCode, grpc_code }: JsonObject): unknown =>
  httpCode ?? http_code ?? code ?? grpcCode ?? grpc_code
