import type { Given } from '../tool.ts'

/** The names that a `pattern` leaves. */
export function thatContain<T>(items: readonly T[], { pattern }: Given, nameOf: (item: T) => string): T[] {
  const text = typeof pattern === 'string' ? pattern.toLowerCase() : ''
  return items.filter((item) => nameOf(item).toLowerCase().includes(text))
}
