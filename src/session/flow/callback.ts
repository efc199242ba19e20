import type { IncomingMessage } from 'node:http'
import { Failure } from '../../errors.ts'
import type { Connection } from './socket-owner.ts'
import type { StartPages, Visit } from './start-page.ts'
import { sameText } from './start-page.ts'

/** What ties the answer to a browser that was opened on this machine. */
export interface BrowserHere {
  readonly start: StartPages
  /** Whether it is another user's, or may be where the system tells. It costs a read of the table of sockets. */
  isForeign(connection: Connection): Promise<boolean>
}

/** 'ours' only with the exact state: no other answer may end the wait, not even with `error=` (CVE-2026-42073). */
export async function judge(
  request: IncomingMessage,
  origin: URL,
  path: string,
  state: string,
  here: BrowserHere | undefined,
): Promise<Visit | keyof typeof STRANGER | 'ours'> {
  // DNS rebinding: a page whose name was rebound to 127.0.0.1 still sends its own Host header.
  if (request.headers.host !== origin.host) return 421
  const address = request.url as string
  const url = URL.canParse(address, origin.href) ? new URL(address, origin) : undefined
  if (!url || url.origin !== origin.origin) return 400
  if (request.method !== 'GET') return 405
  const isStart = here?.start.has(url.pathname) ?? false
  if (!isStart && url.pathname !== path) return 404
  const states = url.searchParams.getAll('state')
  if (!isStart && (states.length !== 1 || !sameText(states[0] as string, state))) return 400
  if (here === undefined) return 'ours'
  // After all that is cheap: junk can come by the thousand.
  if (await here.isForeign(request.socket)) return 403
  if (isStart) return here.start.visit(url.pathname, request.headers)
  return here.start.isTied(request.headers) ? 'ours' : 'untied'
}

/** Why a sign-in ends at once when it may be another person's: what it brings would act under another name. */
export const STRANGER = {
  contested: () =>
    new Failure('refused', 'two browsers opened the sign-in page', {
      hint: 'Another user of this machine may have opened it. Run ls-auth login again. If it happens again: ls-auth login --no-browser',
    }),
  untied: () =>
    new Failure(
      'refused',
      'the answer came from a browser without cookies, or from another browser than the sign-in page',
      {
        hint: 'Run ls-auth login again. If your browser blocks cookies: ls-auth login --no-browser',
      },
    ),
}
