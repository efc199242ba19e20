/** Whether anything was read from standard input: merely looking at `process.stdin` builds a stream of it. */
export const stdinUse = { begun: false }
