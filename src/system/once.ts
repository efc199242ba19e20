/**
 * Memoizes a function without arguments: it runs at the first call, and later calls get the same value (or promise).
 */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
