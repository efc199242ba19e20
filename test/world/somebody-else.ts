import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { isMet } from './needs.ts'

/** Whether this process can become another user of the machine, and the system tells users' connections apart. */
export const CAN_BE_SOMEBODY_ELSE = isMet(
  process.platform === 'linux' && process.getuid?.() === 0,
  'another user of the machine: needs root on Linux',
)

/** No user of the machine; not 65534, which stands for all users that are unknown. */
export const SOMEBODY = 12_345

/** What another user of this machine gets: status, and where it leads (`403 null`). Needs root. */
export async function fetchAsSomebodyElse(url: URL): Promise<string> {
  // Node begins as root: it may lie where somebody else could not start it.
  const script =
    `process.setgid(${SOMEBODY}),process.setuid(${SOMEBODY}),` +
    'fetch(process.argv[1],{redirect:"manual"}).then(r=>console.log(r.status,r.headers.get("location")))'
  const child = spawn(process.execPath, ['-e', script, url.href], { cwd: '/', env: {} })
  return (await text(child.stdout)).trim()
}
