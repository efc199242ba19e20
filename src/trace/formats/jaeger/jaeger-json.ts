import { isObject, type JsonObject } from '../../../json-object.ts'
import type { Collection } from '../collection.ts'
import { LazySpan } from '../lazy-span.ts'
import { Scopes } from '../scopes.ts'
import { jaegerDetails, jaegerSkeleton, jaegerTraceId, readProcess, readProcesses } from './jaeger-span.ts'
import { warningTexts } from './jaeger-warnings.ts'

/** Whether a JSON value is one trace of Jaeger's internal ("UI") JSON. */
export function isJaegerTrace(value: unknown): boolean {
  return isObject(value) && 'traceID' in value && Array.isArray(value.spans)
}

/** Whether it is the envelope of `/api/traces`: `{"data":[…]}`, empty or null for "none found". */
export function isJaegerEnvelope(value: unknown): boolean {
  if (!isObject(value) || !('data' in value)) return false
  if (Array.isArray(value.data) && value.data.length > 0) return (value.data as unknown[]).some(isJaegerTrace)
  return 'errors' in value || 'total' in value
}

/** What Jaeger says in an answer that is an error and holds no trace: `{"data":null,"errors":[{"code":404,"msg":"…"}]}`. */
export function jaegerErrorIn(bytes: Uint8Array): string | undefined {
  if (bytes.length > MOST_ERROR_BYTES) return undefined
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (!isObject(document) || !isJaegerEnvelope(document) || !Array.isArray(document.errors))
      return undefined
    const said = (document.errors as unknown[]).flatMap((error) =>
      isObject(error) && typeof error.msg === 'string' && error.msg !== '' ? [error.msg] : [],
    )
    return said.length === 0 ? undefined : said.join('; ')
  } catch {
    return undefined
  }
}

/** An answer that is only an error is no longer. */
const MOST_ERROR_BYTES = 65_536

/** Reads one or all traces of Jaeger's internal JSON (jaeger `internal/uimodel/model.go`) into `into`. */
export function readJaeger(document: JsonObject, into: Collection): void {
  into.recognised = true
  const list = isJaegerTrace(document) ? [document] : document.data
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    if (isJaegerTrace(item)) readTrace(item as JsonObject, into)
  }
}

function readTrace(document: JsonObject, into: Collection): void {
  const traceId = jaegerTraceId(document.traceID)
  const processes = readProcesses(document.processes)
  into.check(document.processes)
  into.warn(traceId, warningTexts(document.warnings), 0)
  const details = jaegerDetails(traceId)
  const scopes = new Scopes()
  for (const item of document.spans as unknown[]) {
    if (!isObject(item)) continue
    into.check(item.tags)
    into.check(item.logs)
    const warnings = warningTexts(item.warnings)
    if (warnings.length > 0) into.warn(traceId, warnings, 1)
    const process = processes.get(item.processID) ?? readProcess(item.process)
    into.spansOf(traceId).push(new LazySpan(jaegerSkeleton(item, traceId, process, scopes), details, item))
  }
}
