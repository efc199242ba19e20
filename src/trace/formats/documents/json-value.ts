import { isObject } from '../../../json-object.ts'
import type { Collection } from '../collection.ts'
import { quoteLongIntegers } from '../integer.ts'
import { isJaegerEnvelope, isJaegerTrace, readJaeger } from '../jaeger/jaeger-json.ts'
import { isLightstepTrace, readLightstep } from '../lightstep/lightstep-json.ts'
import { isOtlpJson, readOtlpJson } from '../otlp/otlp-json.ts'
import { isOwnSpan, isOwnTrace, readOwnJson } from '../own/own-json.ts'
import { isZipkinSpan, readZipkin } from '../zipkin/zipkin-json.ts'

/** Reads one JSON value of any format. `lenient`: a line without spans (metrics, logs) is skipped, not an error. */
export function readValue(value: unknown, into: Collection, lenient = false): void {
  if (Array.isArray(value)) readList(value as unknown[], into)
  else if (!isObject(value)) return
  else if (isOtlpJson(value)) readOtlpJson(value, into)
  else if (isJaegerTrace(value) || isJaegerEnvelope(value)) readJaeger(value, into)
  else if (isOwnTrace(value) || isOwnSpan(value)) readOwnJson(value, into)
  else if (isZipkinSpan(value)) readZipkin([value], into)
  else if (isLightstepTrace(value)) readLightstep(value, into)
  else if (lenient && isMetricsOrLogs(value)) into.recognised = true
}

/** The value of this text again, for what `JSON.parse` has rounded: long integers are texts, of which a format with types makes numbers. */
export const exactValue = (text: string): unknown => JSON.parse(quoteLongIntegers(text))

function readList(values: readonly unknown[], into: Collection): void {
  if (values.length === 0) into.recognised = true
  const flat = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
  if (flat.some(isZipkinSpan))
    readZipkin(
      flat.filter((value) => isZipkinSpan(value) || lacksId(value)),
      into,
    )
  for (const value of flat) if (!isZipkinSpan(value)) readValue(value, into, true)
}

/** Whether a value among spans of Zipkin is one, too, that lacks an id, or the id of its trace: no other format has it. */
function lacksId(value: unknown): boolean {
  if (!isObject(value) || !('traceId' in value || 'localEndpoint' in value)) return false
  const isOther = [isOfCollector, isJaegerTrace, isJaegerEnvelope, isOwnTrace, isOwnSpan, isLightstepTrace]
  return !isOther.some((is) => is(value))
}

/** OpenTelemetry's collector writes metrics and logs beside spans, and documents without any of them. */
export const isOfCollector = (value: unknown): boolean => isOtlpJson(value) || isMetricsOrLogs(value)

const OTHER_SIGNALS = ['resourceMetrics', 'resourceLogs', 'resource_metrics', 'resource_logs']

const isMetricsOrLogs = (value: unknown): boolean =>
  isObject(value) && OTHER_SIGNALS.some((key) => Array.isArray(value[key]))
