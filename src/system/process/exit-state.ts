/** What decides how the process can exit. Made in `main`; the ports set it. */
export interface ExitState {
  /** A native call timed out. It still blocks a thread, so the process can only be killed. */
  nativeCallStuck: boolean
  /** Native calls without an answer yet: for them `process.exit` waits. */
  nativeCalls: number
  /** Output went through a stream of Node's, which may still buffer some of it. */
  outputBuffered: boolean
  /** Standard input was read. (Not found out by looking: an access of `process.stdin` builds a stream.) */
  stdinRead: boolean
}

/** The state at the start. On Windows all output goes through streams of Node's. */
export function openExitState(): ExitState {
  return {
    nativeCallStuck: false,
    nativeCalls: 0,
    outputBuffered: process.platform === 'win32',
    stdinRead: false,
  }
}
