import type { Attack, AttackGroup } from './attack.ts'
import { request, sendBytes } from './raw.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

/** `line`: without the secret and the version, as in `POST /api/search`. */
const ask = (line: string, headers: readonly string[] = [], body = ''): Attack => ({
  name: `${line}${headers.length > 0 ? `, ${headers[0]}` : ''}`,
  async run({ reading }) {
    const [method, target] = line.split(' ')
    const first = `${method} ${target?.startsWith('/') ? `/${reading.secret}${target}` : target} HTTP/1.1`
    return { heard: await sendBytes(reading.port, request(reading, first, headers, body)) }
  },
})

/** What changes something, or is no route of those that read; with the right secret. */
export const methods: AttackGroup = {
  name: 'write',
  attacks: [
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK', 'MKCOL', 'PURGE'].map(
      (method) => ask(`${method} /api/traces/${TRACE}`),
    ),
    ask('get /api/search'),
    ask('BREW /api/search'),
    ask('CONNECT 127.0.0.1:1'),
    ask('CONNECT /api/search'),
    ask('GET /'),
    ask('GET /api/admin'),
    ask('GET /flush'),
    ask('GET /shutdown'),
    ask('GET /config'),
    ask('GET /API/search'),
    ask('GET /api/search/'),
    ask('HEAD /api/admin'),
    ask('POST /v1/traces', ['Content-Type: application/json', 'Content-Length: 2'], '{}'),
    ask('GET /api/search', ['Content-Length: 2'], '{}'),
    ask('POST /api/search', ['X-HTTP-Method-Override: GET', 'Content-Length: 0']),
    ask('GET /api/search', ['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    ask('GET /api/search', ['Upgrade: websocket', 'Origin: http://evil.example']),
  ],
}
