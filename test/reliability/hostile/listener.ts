import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'
import { startStranger } from './servers.ts'

/** What a page in the browser, or another user of the machine, does at the listener before the browser comes back. */
interface Meddling {
  readonly does: string
  readonly sound?: true
  meddle(callback: URL, scene: Scene): Promise<void>
  /** The state is known only to the browser, except where it is given away here. */
  readonly exit?: number | readonly number[]
}

const send = (
  url: URL | string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; text: string }> =>
  new Promise((resolve) => {
    const request = httpRequest(url, { method, headers, agent: false, timeout: 5_000 }, (response) => {
      let text = ''
      response.on('data', (part) => (text += part))
      response.once('close', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve({ status: 0, text: '' }))
    request.end(body)
  })

/** The same address with other parameters. */
const altered = (url: URL, parameters: Record<string, string>): URL => {
  const copy = new URL(url)
  for (const [name, value] of Object.entries(parameters)) copy.searchParams.set(name, value)
  return copy
}

/** Sends it, and complains unless the listener turns it away. */
const turnedAway =
  (...requests: ((url: URL) => Parameters<typeof send>)[]) =>
  async (url: URL, scene: Scene) => {
    for (const request of requests) {
      const [target, options] = request(url)
      const { status } = await send(target, options)
      scene.must(
        status >= 400 || status === 204 || status === 0,
        `${options?.method ?? 'GET'} answered ${status}`,
      )
    }
  }

/** Raw bytes on connections of one's own. */
const bytes = (url: URL, text: string, count = 1): void => {
  for (let n = 0; n < count; n++) {
    const socket = connect(Number(url.port), url.hostname, () => socket.write(text))
    socket.on('error', () => {})
    setTimeout(() => socket.destroy(), 3_000).unref()
  }
}

const MEDDLING: readonly Meddling[] = [
  { does: 'nobody meddles', sound: true, meddle: async () => {} },
  { does: 'asks for /favicon.ico', meddle: turnedAway((url) => [new URL('/favicon.ico', url)]) },
  {
    does: 'HEAD, OPTIONS and PUT on the path of the redirect',
    meddle: turnedAway(
      (url) => [url, { method: 'OPTIONS' }],
      (url) => [url, { method: 'PUT' }],
      (url) => [url, { method: 'HEAD' }],
    ),
  },
  {
    does: 'a code under another state',
    meddle: turnedAway((url) => [altered(url, { state: 'guessed', code: 'evil' })]),
  },
  {
    does: 'an error under another state',
    meddle: turnedAway((url) => [altered(url, { state: 'guessed', error: 'access_denied' })]),
  },
  {
    does: 'a redirect without a state',
    meddle: turnedAway((url) => [`${url.origin}${url.pathname}?code=evil`]),
  },
  {
    does: 'the beginning of the state',
    meddle: turnedAway((url) => [
      altered(url, { state: (url.searchParams.get('state') ?? '').slice(0, -1) }),
    ]),
  },
  {
    does: 'the state in another case',
    meddle: turnedAway((url) => [altered(url, { state: swapped(url.searchParams.get('state') ?? '') })]),
  },
  {
    does: 'a form with the right state (form_post)',
    meddle: turnedAway((url) => [
      url.origin + url.pathname,
      {
        method: 'POST',
        body: url.searchParams.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ]),
  },
  {
    does: 'the right address under another name (DNS rebinding)',
    meddle: turnedAway((url) => [url, { headers: { host: `evil.example:${url.port}` } }]),
  },
  {
    does: 'the right address on another path',
    meddle: turnedAway((url) => [new URL(`/other${url.search}`, url)]),
  },
  {
    does: 'an address of 64 KB',
    meddle: turnedAway((url) => [altered(url, { state: 'x', code: 'x'.repeat(64 * 1024) })]),
  },
  {
    does: 'headers of 100 KB',
    meddle: turnedAway((url) => [
      `${url.origin}${url.pathname}`,
      { headers: { 'x-a': 'x'.repeat(100_000) } },
    ]),
  },
  {
    does: 'bytes that are no HTTP',
    meddle: async (url) => bytes(url, '\u0016\u0003\u0001\u0000nonsense\r\n\r\n'),
  },
  {
    does: 'a request and another hidden in it',
    meddle: async (url) =>
      bytes(
        url,
        `POST / HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET ${url.pathname}?error=x HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`,
      ),
  },
  {
    does: '200 connections that never end their request',
    meddle: async (url) => bytes(url, 'GET / HTTP/1.1\r\nHost: ', 200),
  },
  {
    does: '1,000 requests of junk',
    meddle: async (url, scene) => {
      for (let n = 0; n < 1_000; n += 50)
        await Promise.all(
          Array.from({ length: 50 }, () => turnedAway(() => [`${url.origin}/?state=${n}`])(url, scene)),
        )
    },
  },
]

const swapped = (text: string): string =>
  [...text].map((one) => (one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())).join('')

const meddlingScenario = ({ does, sound, meddle, exit = 0 }: Meddling): Scenario => ({
  who: 'local user',
  family: 'the listener during a sign-in',
  does: `browser: ${does}`,
  ...(sound && { sound }),
  async play(scene) {
    let callback: URL | undefined
    // The browser comes by this page on its way back, where it waits until the other one has done what it does.
    const detour = await startStranger(async (response) => {
      await meddle(callback as URL, scene)
      response.writeHead(302, { location: (callback as URL).href }).end()
    })
    scene.onClose(() => detour.close())
    await scene.signIn(
      'browser',
      {
        callback(url) {
          callback = url
          return new URL(detour.url)
        },
      },
      { exit },
    )
    if (callback) scene.must((await send(callback)).status === 0, 'the listener is still there')
  },
})

export const listenerScenarios: readonly Scenario[] = MEDDLING.map(meddlingScenario)
