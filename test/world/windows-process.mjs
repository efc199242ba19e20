// Loaded before the program (`--import`): the process behaves as Node does on Windows, as far as signals go.
import { writeFileSync } from 'node:fs'

Object.defineProperty(process, 'platform', { value: 'win32' })
if (process.env.PID_FILE) writeFileSync(process.env.PID_FILE, `${process.pid}`)

/** libuv, src/win/process.c: these terminate a process with status 1; SIGHUP is not supported, others are not known. */
const TERMINATING = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGKILL']
process.kill = (_, signal) => {
  if (TERMINATING.includes(signal)) process.reallyExit(1)
  const code = signal === 'SIGHUP' ? 'ENOSYS' : 'ERR_UNKNOWN_SIGNAL'
  throw Object.assign(new Error(`kill ${code}`), { code })
}
