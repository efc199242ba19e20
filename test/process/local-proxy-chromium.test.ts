import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Listening, listen } from '../world/loopback-server.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type LocalProxy, type RecordingApi, startLocalProxy, startRecordingApi } from './local-proxy.ts'

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

/** What a page can try, as scripts that end with `done` or with what went wrong. The page even knows the secret. */
const TRIES: Readonly<Record<string, string>> = {
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

describe.skipIf(!needs({ files: [CHROMIUM], packages: ['chromium'] }))('a web page in a real browser', () => {
  let machine: Machine
  let api: RecordingApi
  let proxy: LocalProxy
  let evil: Listening
  let directory: string
  let browser: BrowserContext
  beforeAll(async () => {
    machine = await openMachine()
    api = await startRecordingApi()
    const to = ['--backend', 'tempo', '--api', api.url, '--allow-write']
    proxy = await startLocalProxy(machine, to, {
      env: { LS_AUTH_TOKEN: 'token-of-the-job-0123456789abcdef' },
    })
    evil = await listen(
      createServer((_, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<body>evil'),
      ),
    )
    directory = await mkdtemp(join(tmpdir(), 'ls-auth-chromium-'))
    browser = await chromium.launchPersistentContext(directory, { executablePath: CHROMIUM, args: FLAGS })
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([machine.close(), api.close(), evil.close()])
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  })

  const attempt = async (from: string, script: string) => {
    const page = await browser.newPage()
    await page.goto(from)
    const [url, bare] = [`${proxy.api}/api/search`, `${proxy.origin}/api/search`]
    const element =
      'const element = (name, place, more = {}) => new Promise((end) => { const e = Object.assign(document.createElement(name), more); e.onload = e.onerror = end; e[place] = url; document.body.append(e); setTimeout(end, 1000) });'
    const values = `const [url, bare, secret] = ${JSON.stringify([url, bare, proxy.secret])};`
    const seen = await page.evaluate(
      `(async () => { ${values} ${element} try { const got = await (${script}); return got instanceof Response ? got.text() : "" } catch (error) { return "" } })()`,
    )
    await page.close()
    return seen
  }

  it.each(Object.entries(TRIES))('of another site, with the secret: %s', async (_, script) => {
    expect(await attempt(`http://evil.example:${evil.port}/`, script)).not.toContain('traces')
    expect(api.received).toEqual([])
  })

  it('of another port of 127.0.0.1, which is the same site', async () => {
    for (const script of [TRIES.fetch, TRIES['fetch without CORS'], TRIES['an image'], TRIES['a frame']])
      expect(await attempt(`http://127.0.0.1:${evil.port}/`, script as string)).not.toContain('traces')
    expect(api.received).toEqual([])
  })

  it('of a name that now leads to 127.0.0.1: 421, also for what it then asks', async () => {
    const page = await browser.newPage()
    const url = proxy.api.replace('127.0.0.1', 'rebind.example')
    const answer = await page.goto(`${url}/api/search`)
    expect(answer?.status()).toBe(421)
    const fetched = await page.evaluate(
      `fetch(${JSON.stringify(`${url}/api/search`)}).then((answer) => answer.status, () => 0)`,
    )
    expect(fetched).toBe(421)
    expect(api.received).toEqual([])
    await page.close()
  })

  it('a link on a page does not lead there, and an address that is typed does', async () => {
    const page = await browser.newPage()
    await page.goto(`http://evil.example:${evil.port}/`)
    const [clicked] = await Promise.all([
      page.waitForNavigation(),
      page.evaluate(`location.href = ${JSON.stringify(`${proxy.api}/api/search`)}`),
    ])
    expect(clicked?.status()).toBe(403)
    expect(api.received).toEqual([])
    const other = await browser.newPage()
    const typed = await other.goto(`${proxy.api}/api/search`)
    expect(typed?.status()).toBe(200)
    expect(api.received).toHaveLength(1)
    await Promise.all([page.close(), other.close()])
  })
})
