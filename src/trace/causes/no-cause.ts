import { splitScope } from '../conditions/attribute-scope.ts'
import { MASKED } from '../masking/kept-value.ts'
import { maskerUnder } from '../masking.ts'
import type { ComparedAttribute, Comparison } from './comparison.ts'
import type { SelectedSpans } from './selected-spans.ts'

/** Attributes that say again that a span failed (OpenTracing's `error`, OpenTelemetry's mapping to other formats). */
const SAYS_FAILED = /^(?:error|status|status[._]code|status[._]message|otel\.status_(?:code|description))$/i

/** Attributes that say again how long a span took. */
const SAYS_DURATION =
  /(?:^|[._])(?:duration|elapsed|latency|took)(?:[._](?:time|ms|us|ns|s|millis|micros|nanos|seconds))?$/i

/** The comparison without the attributes that only repeat what selected the spans. */
export function withoutRepeated(comparison: Comparison, selected: Pick<SelectedSpans, 'by'>): Comparison {
  const repeats = selected.by === 'errors' ? SAYS_FAILED : SAYS_DURATION
  const attributes = comparison.attributes.filter(({ name }) => !repeats.test(splitScope(name).bare))
  return { ...comparison, attributes }
}

/** The comparison without values that look like secrets or personal data, and how many they are. */
export function withoutSensitive(comparison: Comparison): { comparison: Comparison; hidden: number } {
  let hidden = 0
  const attributes = comparison.attributes.map((attribute): ComparedAttribute => {
    const mask = maskerUnder(splitScope(attribute.name).bare)
    const values = [...attribute.values].filter(([value]) => !value.includes(MASKED) && mask(value) === value)
    hidden += attribute.values.size - values.length
    return { name: attribute.name, isOfTrace: attribute.isOfTrace, values: new Map(values) }
  })
  return { comparison: { ...comparison, attributes }, hidden }
}
