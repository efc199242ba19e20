// Tags of Lightstep are JSON values without a type beside them, so that a number must not become a text on the way.

/** Values within values: as many as a reader of spans goes into. */
const MOST_NESTED = 100

type Members = Record<string, unknown>

/** Whether `JSON.parse` may have rounded an integer in this value. */
export function holdsRounded(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return isRounded(value)
  if (typeof value !== 'object' || value === null || depth > MOST_NESTED) return false
  return Object.values(value).some((member) => holdsRounded(member, depth + 1))
}

/**
 * `rounded` with the integers of 64 bits exact: as bigints where a number cannot hold them. `quoted` is of the same text, with
 * long integers as texts.
 */
export const withLongIntegers = (quoted: unknown, rounded: unknown): unknown => exactly(quoted, rounded, 0)

const isRounded = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

/** Both are of the same text; in `quoted` long integers are texts. What is rounded is changed in place. */
function exactly(quoted: unknown, rounded: unknown, depth: number): unknown {
  if (typeof rounded === 'number' && isRounded(rounded) && typeof quoted === 'string') {
    const integer = BigInt(quoted)
    return BigInt.asIntN(64, integer) === integer || BigInt.asUintN(64, integer) === integer
      ? integer
      : rounded
  }
  if (typeof rounded !== 'object' || rounded === null || depth > MOST_NESTED) return rounded
  for (const [key, value] of Object.entries(rounded)) {
    // It would be the prototype.
    if (key !== '__proto__') (rounded as Members)[key] = exactly((quoted as Members)[key], value, depth + 1)
  }
  return rounded
}
