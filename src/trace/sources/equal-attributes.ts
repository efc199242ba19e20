import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { TraceFilter } from '../search.ts'

/** Failure `cannot-do` when the filter compares an attribute otherwise than by `=`, for back ends that cannot. */
export function requireEqualAttributes({ attributes }: TraceFilter, backend: string): void {
  const other = attributes.find(([, , operator = '=']) => operator !== '=')
  if (other === undefined) return
  const [key, value, operator] = other
  throw new Failure('cannot-do', `${backend} searches for equal attributes only: --attr key=value`, {
    hint: `Leave out --attr '${safeText(`${key}${operator}${value}`, 60)}'; trace get takes it, for the spans of one trace.`,
  })
}
