import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { mint } from '../../world/canaries.ts'
import { type Listening, listen } from '../../world/loopback-server.ts'
import type { Machine, Running, RunOptions } from '../../world/machine.ts'

/** `ls-auth proxy` on a port of its own. */
export interface LocalProxy {
  /** With the secret. */
  readonly api: string
  readonly origin: string
  readonly port: number
  readonly secret: string
  readonly running: Running
}

/** Starts it and waits for its address. */
export async function startLocalProxy(
  machine: Machine,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<LocalProxy> {
  const running = machine.start(['proxy', '--port', '0', ...args], options)
  await running.printed(/\n/)
  const api = /^LS_AUTH_API=(\S+)\n$/.exec(running.stdout)?.[1] ?? ''
  const { origin, port, pathname } = new URL(api)
  mint(pathname.slice(1), 'proxy')
  return { api, origin, port: Number(port), secret: pathname.slice(1), running }
}

/** A request as an API got it. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An API that writes down what it gets, and answers as it is told. */
export interface RecordingApi extends Listening {
  readonly url: string
  readonly received: Received[]
  answer: RequestListener
}

export async function startRecordingApi(): Promise<RecordingApi> {
  const received: Received[] = []
  const ok: RequestListener = (_, response) => response.end('{"traces":[]}')
  const server = createServer(async (request, response) => {
    if (api.answer !== ok) return api.answer(request, response)
    const { method = '', url = '', headers } = request
    received.push({ method, url, headers, body: await text(request) })
    ok(request, response)
  })
  const listening = await listen(server)
  const api: RecordingApi = Object.assign(Object.create(listening), {
    url: `http://127.0.0.1:${listening.port}`,
    received,
    answer: ok,
    port: listening.port,
    close: () => listening.close(),
  })
  return api
}

/** Sends bytes as they are, and gives all that comes back until the connection is closed. */
export function sendRaw(port: number, bytes: string, milliseconds = 5_000): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('latin1').on('data', (part: string) => {
      answer += part
    })
    socket.setTimeout(milliseconds, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}
