/** Waits until nothing comes any more. */
export interface Silence {
  /** Something came: the wait begins again. */
  broken(): void
  stop(): void
}

/** Calls `begun` when nothing has come for so many milliseconds. */
export function awaitSilence(milliseconds: number, begun: () => void): Silence {
  let look: NodeJS.Immediate | undefined
  // A process that was busy or stopped meanwhile has yet to read what came: Node does so between a timer and an immediate.
  const wait = setTimeout(() => {
    look = setImmediate(begun)
  }, milliseconds)
  return {
    broken() {
      clearImmediate(look)
      wait.refresh()
    },
    stop() {
      clearImmediate(look)
      clearTimeout(wait)
    },
  }
}
