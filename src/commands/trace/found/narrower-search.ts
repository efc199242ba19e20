import { safeText } from '../../../text/safe-text.ts'
import type { Cause } from '../../../trace/causes/rank-causes.ts'
import { parseCondition } from '../../../trace/conditions/attribute-condition.ts'
import { splitScope } from '../../../trace/conditions/attribute-scope.ts'
import { exactDuration } from '../../../trace/nanos.ts'
import { commandLine } from '../../command-line.ts'
import type { Invocation } from '../../invocation.ts'

/** Longer values, such as statements, are no words of a command line. */
const LONGEST = 200

/** The flag that finds spans with a value, as the option of a command and its text. */
export type ValueFlag = readonly [option: 'attr' | 'service' | 'name', text: string]

type SearchedCause = Pick<Cause, 'attribute' | 'name' | 'value'>

/** How to search for a value. Undefined: no flag can name it (control characters, a very long text). */
export function flagOf({ attribute, name, value }: SearchedCause): ValueFlag | undefined {
  if (value.length > LONGEST || safeText(value) !== value) return undefined
  if (attribute === 'name') return ['name', value]
  if (attribute === 'resource.service.name') return ['service', value]
  // A key that looks like one with a scope keeps its own scope in front.
  const key = splitScope(name).scope === undefined ? name : attribute
  const condition = parseCondition(`${key}=${value}`)
  const isSame = typeof condition !== 'string' && condition[0] === key && condition[1] === value
  return isSame && condition[2] === undefined && safeText(key) === key
    ? ['attr', `${key}=${value}`]
    : undefined
}

/** Flags of `trace why` that `trace search` does not know, or that take other values there. */
const OWN = {
  error: undefined,
  slowerThan: undefined,
  limit: undefined,
  output: undefined,
  json: undefined,
}

/**
 * The line that finds the traces behind a cause: the typed filters, the value, and what selected the spans. Undefined: no
 * flag can name the value, or standard input, which is read only once, was looked at.
 */
export function narrowerSearch(
  invocation: Invocation,
  cause: SearchedCause,
  limitNanos: number | undefined,
): string | undefined {
  const flag = flagOf(cause)
  const { attr, slowerThan, query, file, service, name, min: typed } = invocation.options
  if (flag === undefined || query !== undefined || file === '-') return undefined
  const [option, text] = flag
  // A duration alone is that of the whole trace, and beside the value it would be that of the span.
  const isOfTrace = service === undefined && name === undefined && attr === undefined
  const min = typeof slowerThan === 'string' && /^\d/.test(slowerThan) ? slowerThan : undefined
  return commandLine(
    { ...invocation, command: 'trace search' },
    {
      ...OWN,
      [option]: option === 'attr' ? [...((attr as string[] | undefined) ?? []), text] : text,
      ...(limitNanos === undefined
        ? { error: true, min: isOfTrace ? undefined : typed }
        : { min: min ?? exactDuration(limitNanos) }),
      ...(isOfTrace && { max: undefined }),
    },
  )
}
