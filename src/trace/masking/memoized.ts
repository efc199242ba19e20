/** Texts of many spans have few distinct keys. Where they have more, the memo is begun anew. */
const MOST_KNOWN = 4096

/** The same question of keys, which asks once for each. */
export function memoized(asks: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>()
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= MOST_KNOWN) known.clear()
    const answer = asks(key)
    known.set(key, answer)
    return answer
  }
}
