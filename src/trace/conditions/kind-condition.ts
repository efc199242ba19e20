import { safeText } from '../../text/safe-text.ts'
import { OTLP_KINDS } from '../formats/otlp/otlp-enums.ts'
import type { SpanKind } from '../model.ts'
import { type AttributeCondition, valueTest } from './attribute-condition.ts'
import { SPAN_KIND } from './attribute-scope.ts'

/** Which kinds of spans a condition on `span.kind` allows. */
export const kindsOf = (condition: AttributeCondition): readonly SpanKind[] =>
  OTLP_KINDS.filter(valueTest(condition))

/** What is wrong with a condition on `span.kind` that allows no kind, or (with `!=`) forbids none; undefined for all others. */
export function wrongKind(condition: AttributeCondition): string | undefined {
  const [key, value, operator] = condition
  if (key !== SPAN_KIND) return undefined
  const allowed = kindsOf(condition).length
  if (operator === '!=' ? allowed < OTLP_KINDS.length : allowed > 0) return undefined
  return `"${safeText(value, 60)}" is no kind of span`
}

/** What helps who has written a kind that there is not. */
export const THE_KINDS = `The kinds are ${OTLP_KINDS.join(', ')}. An attribute that is called so: span.${SPAN_KIND}.`
