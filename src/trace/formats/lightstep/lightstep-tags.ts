import { type Attributes, attribute, type SpanKind, type SpanStatus } from '../../model.ts'
import { textOrNumber } from '../foreign-json.ts'

const KINDS: ReadonlySet<string> = new Set<SpanKind>(['internal', 'server', 'client', 'producer', 'consumer'])

/** From the tag `span.kind`, in OpenTracing's spelling (`server`) or OTLP's (`SPAN_KIND_SERVER`). */
export function readKind(tags: Attributes): SpanKind {
  const kind = textOrNumber(attribute(tags, 'span.kind'))
    ?.toLowerCase()
    .replace(/^span_kind_/, '')
  return kind !== undefined && KINDS.has(kind) ? (kind as SpanKind) : 'unspecified'
}

/** `is-error` decides; without it the tags `error` and `otel.status_code` are asked. */
export function readStatus(
  isError: unknown,
  tags: Attributes,
): { status: SpanStatus; statusMessage?: string } {
  const message =
    textOrNumber(attribute(tags, 'otel.status_description')) ??
    textOrNumber(attribute(tags, 'status.message'))
  const status = statusOf(isError, tags)
  return message === undefined ? { status } : { status, statusMessage: message }
}

function statusOf(isError: unknown, tags: Attributes): SpanStatus {
  if (isError === true) return 'error'
  const code = textOrNumber(attribute(tags, 'otel.status_code'))?.toLowerCase()
  if (typeof isError !== 'boolean') {
    const error = attribute(tags, 'error')
    if (error === true || error === 'true' || code === 'error') return 'error'
  }
  return code === 'ok' ? 'ok' : 'unset'
}
