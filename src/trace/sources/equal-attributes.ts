import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { textField } from '../conditions/own-field.ts'
import type { TraceFilter } from '../search.ts'

/** Failure `cannot-do` for conditions other than `=`, and for fields that are no attributes: for back ends that cannot compare them. */
export function requireEqualAttributes({ attributes }: TraceFilter, backend: string): void {
  const [field] = attributes.find(([key]) => textField(key) !== undefined) ?? []
  if (field !== undefined) {
    throw new Failure('cannot-do', `${backend} does not search by ${field}, which is no attribute`, {
      hint: 'Leave it out; trace get takes it, for the spans of one trace.',
    })
  }
  const other = attributes.find(([, , operator = '=']) => operator !== '=')
  if (other === undefined) return
  const [key, value, operator] = other
  throw new Failure('cannot-do', `${backend} searches for equal attributes only: --attr key=value`, {
    hint: `Leave out --attr '${safeText(`${key}${operator}${value}`, 60)}'; trace get takes it, for the spans of one trace.`,
  })
}
