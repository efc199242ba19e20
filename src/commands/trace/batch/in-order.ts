/** How much is done at once. */
export interface Bounds<Result> {
  /** Tasks that run at the same time. */
  readonly workers: number
  /** Tasks that run or whose results wait for those before them. */
  readonly ahead: number
  /** Bytes of results that wait; beyond it no further task begins. */
  readonly mostBytes: number
  sizeOf(result: Result): number
}

/**
 * Works on items, several at once, and gives the results in the order of the items. What waits for its turn is bounded, so
 * memory does not grow with the number of items. The first task that rejects ends it, once those before it are given.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  { workers, ahead, mostBytes, sizeOf }: Bounds<Result>,
): AsyncGenerator<Result> {
  const left = items[Symbol.iterator]()
  const begun: Promise<Result>[] = []
  let [running, waiting, isOver] = [0, 0, false]
  const begin = () => {
    while (
      !isOver &&
      running < workers &&
      begun.length < ahead &&
      (waiting < mostBytes || begun.length === 0)
    ) {
      const next = left.next()
      if (next.done === true) return
      running += 1
      const task = work(next.value).then((result) => {
        waiting += sizeOf(result)
        return result
      })
      // Also without anybody who waits for it yet.
      task
        .catch(() => {})
        .finally(() => {
          running -= 1
          begin()
        })
      begun.push(task)
    }
  }
  begin()
  try {
    for (let first = begun[0]; first !== undefined; first = begun[0]) {
      const result = await first
      begun.shift()
      waiting -= sizeOf(result)
      begin()
      yield result
    }
  } finally {
    isOver = true
  }
}
