import { splitScope } from '../conditions/attribute-scope.ts'
import { MASKED } from '../masking/kept-value.ts'
import { maskerUnder } from '../masking.ts'
import type { ComparedAttribute, Comparison } from './comparison.ts'
import type { SelectedSpans } from './selected-spans.ts'

/** What says again that a span failed: `error` of OpenTracing and Zipkin with any value, and a status of OpenTelemetry. */
const SAYS_FAILED = /^(?:error=|(?:otel\.)?status(?:[._]code)?=(?:true|error|status_code_error|2)$)/i

/** Attributes that say again how long a span took. */
const SAYS_DURATION =
  /(?:^|[._])(?:duration|elapsed|latency|took)(?:[._](?:time|ms|us|ns|s|millis|micros|nanos|seconds))?=/i

/** The comparison without what only repeats what selected the spans: `status=declined` is no such value. */
export function withoutRepeated(comparison: Comparison, selected: Pick<SelectedSpans, 'by'>): Comparison {
  const repeats = selected.by === 'errors' ? SAYS_FAILED : SAYS_DURATION
  const attributes = comparison.attributes.map(({ name, isOfTrace, values }): ComparedAttribute => {
    const { bare } = splitScope(name)
    const others = [...values].filter(([value]) => !repeats.test(`${bare}=${value}`))
    return { name, isOfTrace, values: new Map(others) }
  })
  return { ...comparison, attributes: attributes.filter(({ values }) => values.size > 0) }
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
