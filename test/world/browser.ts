import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { text } from 'node:stream/consumers'
import { CookieJar } from './cookie-jar.ts'
import { type Button, type Form, formsOf } from './html-forms.ts'

/** The last page the browser saw, or, with `stopAt`, the address it did not visit. */
export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The user at the browser, and what they do. */
export interface Visitor {
  /** A user name of the provider. */
  user: string
  /** What they press on the consent page; `allow` when absent. */
  decision?: 'allow' | 'deny'
  /** Return the redirect to the client's listener instead of following it (`url` is where it leads). */
  stopAt?: 'callback'
  /** Pass the same jar twice for one browser that stays signed in; a new one when absent. */
  cookies?: CookieJar
  /** The authority it trusts for https. Every https name leads to loopback then: the test's names are in no DNS. */
  ca?: string
  /** What they type into a form of another provider, and what its script would change in it, by field name. */
  fills?: (form: Form) => Readonly<Record<string, string>>
  /** The address of this machine from which it asks what is at `localhost`. */
  from?: string
}

const MAX_STEPS = 30

/** The page of our own listener that leads to the provider. */
const START_PAGE = /\/start\/[\w-]+$/

/**
 * Opens an authorization URL, or the page of our listener that leads to one, as a person would: signs in, decides, and follows the redirect to the loopback listener.
 * Returns the page at which the browser comes to rest, which is the provider's own when it refuses.
 * A plain HTTP client: the real pages and forms are read, nothing is known about the provider beyond field names.
 */
export async function browse(url: string, visitor: Visitor): Promise<Page> {
  return walk(new URL(url), visitor, {})
}

/** Types a device's code at the verification page, then signs in and decides. Returns the final page. */
export async function approveDevice(
  device: { verificationUri: string; userCode: string },
  visitor: Visitor,
): Promise<Page> {
  return walk(new URL(device.verificationUri), visitor, { userCode: device.userCode })
}

/** Connections of one walk, which a browser keeps for the next page. */
type Agents = Readonly<Record<'http' | 'https', HttpAgent>>

async function walk(start: URL, visitor: Visitor, typed: { userCode?: string }): Promise<Page> {
  const keepAlive = { keepAlive: true }
  const agents = { http: new HttpAgent(keepAlive), https: new HttpsAgent(keepAlive) }
  try {
    return await follow(start, visitor, typed, agents)
  } finally {
    for (const agent of Object.values(agents)) agent.destroy()
  }
}

async function follow(
  start: URL,
  visitor: Visitor,
  typed: { userCode?: string },
  agents: Agents,
): Promise<Page> {
  const jar = visitor.cookies ?? new CookieJar()
  const filled = new Set<string>()
  let at = start
  let provider = start.origin
  let sent: URLSearchParams | undefined
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const page = await visit(at, jar, agents, sent, visitor)
    const target = redirectTarget(page)
    if (target) {
      if (START_PAGE.test(at.pathname)) provider = target.origin
      if (visitor.stopAt === 'callback' && target.origin !== provider) return { ...page, url: target.href }
      at = target
      sent = undefined
      continue
    }
    const form = at.origin === provider ? chooseForm(formsOf(page.body), visitor) : undefined
    // The same form a second time means the answer was refused: stop where a person would be stuck.
    const kind = form && [...form.fields.keys(), form.fields.get('step') ?? ''].join()
    if (!form || !kind || filled.has(kind)) return page
    filled.add(kind)
    at = new URL(form.action || at.href, at)
    sent = fill(form, visitor, typed)
  }
  throw new Error(`the browser gave up after ${MAX_STEPS} steps, at ${at.origin}${at.pathname}`)
}

function redirectTarget(page: Page): URL | undefined {
  const { location } = page.headers
  if (!location || page.status < 300 || page.status > 399) return undefined
  return new URL(location, page.url)
}

/** The first form of a page; who refuses looks for one that offers it. */
function chooseForm(forms: readonly Form[], { decision }: Visitor): Form | undefined {
  return (decision === 'deny' && forms.find((form) => form.buttons.some(denies))) || forms[0]
}

const denies = (button: Button) => /deny/i.test(button.text)

function fill(form: Form, visitor: Visitor, typed: { userCode?: string }): URLSearchParams {
  const fields = new URLSearchParams([...form.fields])
  if (form.fields.has('login')) fields.set('login', visitor.user)
  if (form.fields.has('user_code') && typed.userCode) fields.set('user_code', typed.userCode)
  const refuses = visitor.decision === 'deny' && (form.fields.get('step') ?? 'consent') === 'consent'
  const wanted = (refuses && form.buttons.find(denies)) || form.buttons[0]
  if (wanted?.name) fields.set(wanted.name, wanted.value)
  for (const [name, value] of Object.entries(visitor.fills?.(form) ?? {})) fields.set(name, value)
  return fields
}

async function visit(
  url: URL,
  jar: CookieJar,
  agents: Agents,
  form: URLSearchParams | undefined,
  { ca, from }: Visitor,
): Promise<Page> {
  const cookie = jar.header(url)
  const body = form?.toString()
  const headers = {
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'user-agent': 'Mozilla/5.0 (a browser made of HTTP requests)',
    ...(cookie && { cookie }),
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
  }
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const source =
      url.hostname === 'localhost' && from
        ? { localAddress: from, hostname: isIP(from) === 6 ? '::1' : '127.0.0.1' }
        : {}
    const options = { method, headers: { ...headers, host: url.host }, timeout: 15_000, ...source }
    const request =
      url.protocol === 'https:'
        ? httpsRequest(
            url,
            { ...options, agent: agents.https, hostname: '127.0.0.1', servername: url.hostname, ca },
            resolve,
          )
        : httpRequest(url, { ...options, agent: agents.http }, resolve)
    request.once('timeout', () => request.destroy(new Error(`no answer from ${url.host}`)))
    request.once('error', reject)
    request.end(body)
  })
  jar.store(url, response.headers['set-cookie'])
  return {
    url: url.href,
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
  }
}
