import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { shellWord } from '../../../text/shell-word.ts'
import {
  hasDuration,
  latestFirst,
  type SearchResult,
  type TraceFilter,
  type TraceSummary,
} from '../../search.ts'
import type { SnapshotConsent } from '../consent.ts'
import { requireEqualAttributes } from '../equal-attributes.ts'
import type { OnPage } from '../trace-source.ts'
import type { LightstepProject } from './lightstep-api.ts'
import { type Exemplar, takeSnapshot } from './lightstep-snapshot.ts'
import { findStream, streamExemplars } from './lightstep-stream.ts'
import { spanQuery } from './lightstep-syntax.ts'

/**
 * Lightstep's API has no search. The nearest thing are examples of spans (exemplars): those of a stream with the same
 * query (free), else those of a snapshot (counted, so only with consent).
 */
export async function searchLightstep(
  filter: TraceFilter,
  project: LightstepProject,
  consent: SnapshotConsent,
  onPage?: OnPage,
): Promise<SearchResult> {
  requireEqual(filter)
  const asked = filter.query ?? spanQuery(filter)
  if (asked === '') throw nothingAsked()
  const found = await findStream(asked, project)
  const ofStream = found === undefined ? [] : await streamExemplars(found, filter, project)
  // Who allows a snapshot wants spans, and those of the stream are none of this time.
  const stream = ofStream.length === 0 && consent.allowed ? undefined : found
  if (!stream) {
    await consent.request("Lightstep's public API cannot search; it collects examples of spans")
  }
  const examples = stream ? ofStream : (await takeSnapshot(asked, project, consent)).map(exemplarSummary)
  const note = stream
    ? `examples of the stream "${safeText(stream.name, 60)}", not all of its traces`
    : 'examples of recent spans, not all of them; a snapshot heeds no times'
  const fitting = latestFirst(examples).filter((one) => hasDuration(one, filter))
  const traces = fitting.slice(0, filter.limit)
  await onPage?.(traces)
  const truncated = fitting.length > traces.length
  return {
    traces,
    truncated,
    asked,
    notes: [note],
    ...(!stream && { isAssembling: true, isOfAnyTime: true }),
  }
}

function exemplarSummary({ spanId, service, name, durationNanos, error }: Exemplar): TraceSummary {
  return {
    span: { spanId, ...(service !== undefined && { service }), ...(name !== undefined && { name }) },
    durationNanos,
    ...(error && { errors: 1 }),
    services: service === undefined ? [] : [service],
  }
}

/**
 * Failure `cannot-do` for conditions other than `=`. The nearest thing to `key!=value` (NOT IN) also finds spans without the
 * key, which this condition leaves out everywhere else.
 */
function requireEqual(filter: TraceFilter): void {
  const operators = filter.attributes.map(([, , operator = '=']) => operator)
  try {
    requireEqualAttributes(filter, 'Lightstep')
  } catch (error) {
    const isExclusion = operators.every((one) => one === '=' || one === '!=')
    if (!(error instanceof Failure) || !isExclusion || !operators.includes('!=')) throw error
    const near = `ls-auth trace search --query ${shellWord(spanQuery(filter))}`
    throw error.withDetail(`near it, with spans that lack it: ${near}`)
  }
}

function nothingAsked(): Failure {
  // Not --error: to `trace why` failed spans are the selection, and name nothing to search for.
  return new Failure('usage', 'Lightstep searches for spans of something, and nothing is named', {
    hint: 'Add --service, --name or --attr.',
  })
}
