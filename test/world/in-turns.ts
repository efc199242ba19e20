/**
 * For things that are dear to make and may be had again: the first `count` calls make one each, and the calls after them get
 * these in turn.
 */
export function inTurns<T>(count: number, make: () => Promise<T>): () => Promise<T> {
  const made: Promise<T>[] = []
  let calls = 0
  return () => {
    const turn = calls++ % count
    made[turn] ??= make()
    return made[turn]
  }
}
