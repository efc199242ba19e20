import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Failure } from '../../errors.ts'
import type { Connection } from './socket-owner.ts'

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

/**
 * The pages of our own listener that lead a browser to the provider. Every user of this machine can read the opener's command
 * line, and an authorization URL there would let each of them answer for the person. So the opener gets the address of a page
 * that works once and that ties the sign-in to its browser by a cookie.
 */
export interface StartPages {
  /** For the opener's command line. */
  readonly opened: URL
  /**
   * For the terminal, which only the person reads. It takes the place of the other page, in case the opener has started a
   * browser that the person does not see.
   */
  readonly printed: URL
  /** Whether `path` is one of the two pages. */
  has(path: string): boolean
  /** What to answer to a GET of the page at `path`; 404: it is neither. */
  visit(path: string, headers: IncomingHttpHeaders): Visit
  /** Whether the sign-in is tied to this browser. */
  isTied(headers: IncomingHttpHeaders): boolean
}

/** `contested`: two browsers have fetched the page, and one of them is not the person's. A number: an error status. */
export type Visit = Redirect | 'contested' | number

/** On to the provider; `cookie` is absent when the browser has it already. */
export interface Redirect {
  readonly location: string
  readonly cookie?: string
}

/** As long as a sign-in waits for the browser. */
const COOKIE_SECONDS = 300

/**
 * The two pages that lead to `target`, beside the path of the redirect URI. `ties` is false where no opener runs, so only the
 * terminal has their addresses. They are short then, and each browser may use them or the address of the provider.
 */
export function startPages(redirectUri: string, target: URL, ties = true): StartPages {
  const callback = new URL(redirectUri)
  const below = callback.pathname.endsWith('/') ? callback.pathname : `${callback.pathname}/`
  const page = () => new URL(`${below}start/${secret()}`, callback)
  const [opened, printed] = [page(), page()]
  // Browsers do not separate cookies by port: another sign-in at the same time has a cookie of its own.
  const name = `ls_auth_${callback.port}`
  let tied: { to: URL; value: string } | undefined
  const isTied = ({ cookie = '' }: IncomingHttpHeaders) => {
    if (!ties) return true
    const own = tied && `${name}=${tied.value}`
    return own !== undefined && cookie.split('; ').some((pair) => sameText(pair, own))
  }
  const pageAt = (path: string) => [opened, printed].find(({ pathname }) => sameText(pathname, path))
  return {
    opened,
    printed,
    isTied,
    has: (path) => pageAt(path) !== undefined,
    visit(path, headers) {
      const asked = pageAt(path)
      if (!asked) return 404
      // A load ahead of time may come from another store of cookies than the real one.
      if (isPrefetch(headers)) return 503
      if (isTied(headers)) return { location: target.href }
      if (tied?.to === asked) return 'contested'
      if (tied?.to === printed) return 404
      tied = { to: asked, value: secret() }
      // Lax: the redirect comes from the provider's site, and `Strict` would keep the cookie from it.
      const attributes = `Path=${callback.pathname}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax`
      return { location: target.href, cookie: `${name}=${tied.value}; ${attributes}` }
    },
  }
}

/** With the usual port and path the address fits into 80 columns. */
const secret = (): string => randomBytes(24).toString('base64url')

const isPrefetch = (headers: IncomingHttpHeaders): boolean =>
  /prefetch/.test(`${headers['sec-purpose']} ${headers.purpose}`)

/** Compares secrets in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
