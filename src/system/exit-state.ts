/** What the end of the process has to know of its life. Made in `main`; the ports that find something out set it. */
export interface ExitState {
  /** A native call was given up. It holds a thread, so the process can only be ended hard. */
  nativeCallStuck: boolean
  /** Text went through a stream of Node's, which may not have handed all of it to the system yet. */
  outputBuffered: boolean
  /** Something was read from standard input: merely looking at `process.stdin` builds a stream of it. */
  stdinRead: boolean
}

/** Of a process that has done nothing yet. On Windows all output goes through streams of Node's. */
export function openExitState(): ExitState {
  return { nativeCallStuck: false, outputBuffered: process.platform === 'win32', stdinRead: false }
}
