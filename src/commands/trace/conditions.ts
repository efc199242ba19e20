import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import {
  type AttributeCondition,
  insteadOf,
  parseCondition,
  splitCondition,
} from '../../trace/attribute-condition.ts'

/** Parses `key=value` texts, and those with another operator (`>=`, `!=`, `=~`); a condition stays. Failure `usage`. */
export function readConditions(given: readonly (string | AttributeCondition)[]): AttributeCondition[] {
  return given.map((text) => {
    if (typeof text !== 'string') return text
    const [key = ''] = splitCondition(text) ?? []
    const hint = insteadOf(key)
    if (hint !== undefined)
      throw new Failure('usage', `--attr: ${key} is a field of TraceQL, and no attribute`, { hint })
    const condition = parseCondition(text)
    if (typeof condition !== 'string') return condition
    throw new Failure('usage', `--attr: "${safeText(text, 60)}" ${condition}`, {
      hint: "Write it like --attr http.response.status_code=500 or --attr 'http.response.status_code>=500'.",
    })
  })
}
