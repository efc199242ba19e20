import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { type Listening, listen } from '../../world/loopback-server.ts'
import { needs } from '../../world/needs.ts'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // What a rebinding name server would answer.
  '--host-resolver-rules=MAP rebind.example 127.0.0.1, MAP evil.example 127.0.0.1',
]

/**
 * What a page can try against the address of a local proxy, as scripts that end with `done` or with what went wrong.
 * The page even knows the secret.
 */
export const PAGE_TRIES: Readonly<Record<string, string>> = {
  fetch: 'fetch(url)',
  'fetch without CORS': 'fetch(url, { mode: "no-cors" })',
  'fetch with a header': 'fetch(bare, { headers: { authorization: "Bearer " + secret } })',
  'fetch of what is cached': 'fetch(url, { cache: "force-cache", mode: "no-cors" })',
  'a POST that needs no preflight': 'fetch(url, { method: "POST", body: "{}", mode: "no-cors" })',
  XMLHttpRequest:
    'new Promise((end) => { const x = new XMLHttpRequest(); x.open("GET", url); x.onloadend = end; x.send() })',
  'an image': 'element("img", "src")',
  'a script': 'element("script", "src")',
  'a style': 'element("link", "href", { rel: "stylesheet" })',
  'a frame': 'element("iframe", "src")',
  'an object': 'element("object", "data")',
  'a video': 'element("video", "src")',
  prefetch: 'element("link", "href", { rel: "prefetch" })',
  'a form':
    'new Promise((end) => { document.body.innerHTML = `<iframe name=f></iframe><form method=post target=f>`; document.forms[0].action = url; document.querySelector("iframe").onload = end; document.forms[0].submit() })',
  'a beacon': 'navigator.sendBeacon(url, "{}")',
  'a WebSocket':
    'new Promise((end) => { const s = new WebSocket(url.replace("http", "ws")); s.onerror = s.onclose = end })',
  'an event source':
    'new Promise((end) => { const s = new EventSource(url); s.onerror = () => { s.close(); end() } })',
  'a worker':
    'new Promise((end) => { const w = new Worker(URL.createObjectURL(new Blob(["fetch(" + JSON.stringify(url) + ", { mode: `no-cors` }).finally(() => postMessage(1))"]))); w.onmessage = end })',
  'a window':
    'new Promise((end) => { const w = window.open(url); setTimeout(() => { w?.close(); end() }, 700) })',
}

/** Whether there is a Chromium; says what is missing where not. */
export const hasChromium = (): boolean => needs({ files: [CHROMIUM], packages: ['chromium'] })

/** A page of somebody else, in a real browser. */
export interface EvilPage {
  /** As another site, and as another port of this address. */
  readonly site: string
  readonly sameSite: string
  readonly browser: BrowserContext
  /** Runs a script on a page from there, and gives what it could read. `api`: the address with the secret. */
  attempt(from: string, script: string, api: string): Promise<string>
  close(): Promise<void>
}

/** Starts the browser, and a server for the page. */
export async function openEvilPage(): Promise<EvilPage> {
  const evil: Listening = await listen(
    createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<body>evil')),
  )
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-chromium-'))
  const browser = await chromium.launchPersistentContext(directory, { executablePath: CHROMIUM, args: FLAGS })
  return {
    site: `http://evil.example:${evil.port}/`,
    sameSite: `http://127.0.0.1:${evil.port}/`,
    browser,
    async attempt(from, script, api) {
      const page = await browser.newPage()
      await page.goto(from)
      const { origin, pathname } = new URL(api)
      const [url, bare] = [`${api}/api/search`, `${origin}/api/search`]
      const element =
        'const element = (name, place, more = {}) => new Promise((end) => { const e = Object.assign(document.createElement(name), more); e.onload = e.onerror = end; e[place] = url; document.body.append(e); setTimeout(end, 1000) });'
      const values = `const [url, bare, secret] = ${JSON.stringify([url, bare, pathname.slice(1)])};`
      const seen = await page.evaluate(
        `(async () => { ${values} ${element} try { const got = await (${script}); return got instanceof Response ? got.text() : "" } catch (error) { return "" } })()`,
      )
      await page.close()
      return String(seen)
    },
    async close() {
      await Promise.all([browser.close(), evil.close()])
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}
