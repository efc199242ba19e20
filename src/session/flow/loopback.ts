import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Failure } from '../../errors.ts'
import { limitSilent } from '../../silent-connections.ts'
import { markup } from '../../text/markup.ts'
import { safeText } from '../../text/safe-text.ts'
import { type BrowserHere, judge, type Redirect, STRANGER } from './callback.ts'

/** The HTTP listener for the redirect (RFC 8252 §7.3): on loopback only, for one answer. */
export interface Loopback {
  readonly redirectUri: string
  /**
   * The redirect with the right `state`. Any other request gets an error status and the wait continues. With `here` it
   * must come from the browser that opened that page: Failure `refused` when it does not, or when a second browser opens
   * the page.
   */
  wait(state: string, signal: AbortSignal, here?: BrowserHere): Promise<URL>
  /** Shows the waiting browser how the sign-in went, and for whom, then closes the port. */
  finish(page: Page, person?: string): Promise<void>
}

/** The parts of the redirect URI, from the preset. */
export interface LoopbackOptions {
  readonly host: string
  readonly ports: readonly number[] | 'any'
  readonly path: string
}

/** Opens the listener on the first free port. Failure `settings`: none of the ports is free; `advice` is for its hint. */
export async function listen(options: LoopbackOptions, advice: Advice = {}): Promise<Loopback> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    reply(response, 404, 'waiting')
  const { servers, port } = await bind(options, advice, (request, response) => handle(request, response))
  const origin = `http://${options.host}:${port}`
  const path = options.path || '/'
  let browser: ServerResponse | undefined

  return {
    redirectUri: `${origin}${options.path}`,
    wait(state, signal, here) {
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        handle = async (request, response) => {
          const verdict = await judge(request, new URL(origin), path, state, here)
          if (typeof verdict === 'number') return reply(response, verdict, 'waiting')
          if (typeof verdict === 'object') return redirect(response, verdict)
          // A browser may load the page twice; only the first request counts.
          if (browser) return reply(response, 200, 'waiting')
          browser = response
          if (verdict === 'ours') resolve(new URL(request.url as string, origin))
          else reject(STRANGER[verdict]())
        }
      })
    },
    async finish(page, person) {
      const waiting = browser
      // A browser that has gone is shown nothing: to write to it would be an error.
      if (waiting && !waiting.writableEnded && !waiting.destroyed) {
        // Comes when the page was sent, too.
        const shown = new Promise((resolve) => waiting.once('close', resolve))
        reply(waiting, 200, page, person)
        await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 500).unref())])
      }
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

function redirect(response: ServerResponse, { location, cookie }: Redirect): void {
  const headers = { ...PAGE_HEADERS, location, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) }
  response.writeHead(302, headers).end()
}

function reply(response: ServerResponse, status: number, page: Page, person?: string): void {
  response.writeHead(status, PAGE_HEADERS).end(renderPage(page, person))
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function bind(
  options: LoopbackOptions,
  advice: Advice,
  handler: Handler,
): Promise<{ servers: Server[]; port: number }> {
  const first = options.host === '[::1]' ? '::1' : '127.0.0.1'
  const candidates = options.ports === 'any' ? [0] : options.ports
  const refused: RefusedPort[] = []
  for (const candidate of candidates) {
    const server = await open(first, candidate, handler)
    if (typeof server === 'string') {
      refused.push({ port: candidate, code: server })
      continue
    }
    const { port } = server.address() as AddressInfo
    if (options.host !== 'localhost') return { servers: [server], port }
    // `localhost` may resolve to either address family: bind both, or another process could bind the other one.
    const other = await open('::1', port, handler)
    if (typeof other !== 'string') return { servers: [server, other], port }
    if (!(await hasIPv6())) return { servers: [server], port }
    server.close()
    refused.push({ port: candidate, code: other })
  }
  throw noPortFree(refused, advice)
}

/** The server, or the code of the system's refusal. */
function open(host: string, port: number, handler: Handler): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer(
      {
        headersTimeout: 5_000,
        requestTimeout: 10_000,
        // How often Node looks at both; its default is 30 s.
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 32 * 1024,
      },
      handler,
    )
    limitSilent(server)
    server.once('error', ({ code = 'error' }: NodeJS.ErrnoException) => resolve(code))
    server.listen(port, host, () => resolve(server))
  })
}

async function hasIPv6(): Promise<boolean> {
  const server = await open('::1', 0, () => {})
  if (typeof server === 'string') return false
  server.close()
  return true
}

/**
 * The page the browser ends on: static, no script, nothing from the request in it. The empty icon keeps the browser
 * from requesting /favicon.ico from a port that is closed by then.
 */
const PAGES = {
  done: ['Signed in', 'You are signed in. You can close this window and go back to the terminal.'],
  failed: ['Not signed in', 'The sign-in did not succeed. The terminal says why. You can close this window.'],
  waiting: ['Wrong window', 'ls-auth is not waiting for this answer. Continue in the other window.'],
} as const

/** Which page. */
type Page = keyof typeof PAGES

/** Response headers of every page: no caching, no script, no framing, no referrer. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  connection: 'close',
} as const

/** The page as HTML. `person`: from the provider. */
export function renderPage(page: Page, person?: string): string {
  const [title, plain] = PAGES[page]
  const as = person === undefined ? 'signed in' : `signed in as ${markup(safeText(person, 120))}`
  const text = plain.replace('signed in', () => as)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - ls-auth</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
body { max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem }
</style>
<main>
<h1>${title}</h1>
<p>${text}</p>
</main>
</html>
`
}

/** A port that cannot be listened at, with the code of the system: EADDRINUSE, EACCES, … */
interface RefusedPort {
  readonly port: number
  readonly code: string
}

/** The place of the fault, and what else a person can do, such as `or set redirect_ports …`. */
interface Advice {
  readonly platform?: NodeJS.Platform
  readonly otherWay?: string
}

/** Hyper-V, WSL and Docker have Windows reserve ranges of ports, other ones after each start. */
const SEE_RESERVED =
  'See what Windows reserves: netsh interface ipv4 show excludedportrange protocol=tcp. Then '

/** Failure `settings`: none of the ports is free. `refused`: in the order in which they were tried. Port 0 is any. */
function noPortFree(
  refused: readonly RefusedPort[],
  { platform, otherWay = 'or set redirect_ports to other registered ports.' }: Advice,
): Failure {
  const inUse = refused.filter(({ code, port }) => code === 'EADDRINUSE' && port !== 0)
  const reserved = refused.filter(({ code, port }) => code === 'EACCES' && port !== 0)
  const others = refused.filter((one) => !inUse.includes(one) && !reserved.includes(one))
  const why = [
    portsText(inUse, 'in use'),
    portsText(reserved, 'reserved by this system'),
    ...others.map(({ port, code }) =>
      port === 0 ? `no local port could be opened (${code})` : `port ${port} cannot be opened (${code})`,
    ),
  ].filter((text) => text !== '')
  return new Failure('settings', `cannot wait for the browser: ${why.join('; ')}`, {
    hint:
      reserved.length === 0 ? `Free a port, ${otherWay}` : instead(platform, otherWay.replace(/^or /, '')),
  })
}

const portsText = (ports: readonly RefusedPort[], what: string): string =>
  ports.length === 0
    ? ''
    : `${ports.length === 1 ? 'port' : 'ports'} ${ports.map(({ port }) => port).join(', ')} ${ports.length === 1 ? 'is' : 'are'} ${what}`

/** No person can free a port that the system keeps. */
const instead = (platform: NodeJS.Platform | undefined, way: string): string =>
  platform === 'win32' ? SEE_RESERVED + way : way.charAt(0).toUpperCase() + way.slice(1)
