import { isObject } from '../../../json-object.ts'
import type { SpanKind, SpanStatus } from '../../model.ts'

/** OTLP `Span.SpanKind` by its number. */
export const OTLP_KINDS: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
]

/** OTLP `Status.StatusCode` by its number. */
export const OTLP_STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error']

/** A number, its digits, `SPAN_KIND_CLIENT` (Tempo, ProtoJSON) or `client`. */
export function readOtlpKind(value: unknown): SpanKind {
  return readEnum(value, OTLP_KINDS, 'span_kind_') ?? 'unspecified'
}

/** What a `Status` says. */
export interface OtlpStatus {
  readonly status: SpanStatus
  readonly statusMessage?: string
}

/** A `Status` object; its code in any of the forms of {@link readOtlpKind}. */
export function readOtlpStatus(value: unknown): OtlpStatus {
  if (!isObject(value)) return { status: 'unset' }
  const status = readEnum(value.code, OTLP_STATUSES, 'status_code_') ?? 'unset'
  const { message } = value
  return typeof message === 'string' && message !== '' ? { status, statusMessage: message } : { status }
}

function readEnum<Name extends string>(
  value: unknown,
  names: readonly Name[],
  prefix: string,
): Name | undefined {
  if (typeof value === 'number') return names[value]
  if (typeof value !== 'string') return undefined
  if (/^\d$/.test(value)) return names[Number(value)]
  const word = value.toLowerCase()
  return names.find((name) => name === word || prefix + name === word)
}
