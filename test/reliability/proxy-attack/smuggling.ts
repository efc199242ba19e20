import type { Attack, AttackGroup, Door } from './attack.ts'
import type { Reached } from './echo-api.ts'
import { rawAttack } from './raw.ts'

const MARK = 'smuggled'
/** The request that hides in another one; without the secret. */
const inner = ({ port }: Door) => `GET /base/api/${MARK} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
/** The body of the outer one may hold it, as a body. */
const isThrough = (reached: readonly Reached[]) =>
  reached.some(({ url, headers }) => url.includes(MARK) || headers.some((text) => text.includes(MARK)))

const post = (
  name: string,
  headers: (door: Door) => readonly string[],
  body: (door: Door) => string = (door) => `0\r\n\r\n${inner(door)}`,
): Attack =>
  rawAttack(
    name,
    (door) =>
      [
        `POST /${door.secret}/api/x HTTP/1.1`,
        `Host: 127.0.0.1:${door.port}`,
        ...headers(door),
        '',
        body(door),
      ].join('\r\n'),
    isThrough,
  )
const te = (value: string): Attack =>
  post(`Transfer-Encoding: ${JSON.stringify(value)}`, () => [`Transfer-Encoding: ${value}`])
const length = (value: string): Attack =>
  post(`Content-Length: ${JSON.stringify(value)}`, () => [`Content-Length: ${value}`], inner)
const chunks = (name: string, body: (door: Door) => string): Attack =>
  post(name, () => ['Transfer-Encoding: chunked'], body)
const get = (name: string, bytes: (door: Door, head: string) => string): Attack =>
  rawAttack(
    name,
    (door) => bytes(door, `GET /${door.secret}/api/search HTTP/1.1\r\nHost: 127.0.0.1:${door.port}`),
    isThrough,
  )

/** A second request inside of one that may pass. */
export const smuggling: AttackGroup = {
  name: 'smuggling',
  attacks: [
    post('a length and chunks', () => ['Content-Length: 5', 'Transfer-Encoding: chunked']),
    post('chunks and a length', () => ['Transfer-Encoding: chunked', 'Content-Length: 5']),
    post('chunks twice', () => ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']),
    post('chunks and identity', () => ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']),
    post('chunks, folded', () => ['Transfer-Encoding:', ' chunked', 'Content-Length: 0']),
    post('a blank before the colon', () => ['Transfer-Encoding : chunked']),
    post('a tab before the name', () => ['\tTransfer-Encoding: chunked']),
    post('an underscore', () => ['Transfer_Encoding: chunked', 'Content-Length: 0'], inner),
    ...[
      'xchunked',
      'chunked, identity',
      'identity',
      'gzip, chunked',
      'chunked\x0b',
      '"chunked"',
      'chunked;x',
      ',chunked',
    ].map(te),
    post(
      'two lengths',
      ({ port }) => ['Content-Length: 0', `Content-Length: ${inner({ port } as Door).length}`],
      inner,
    ),
    post('the same length twice', () => ['Content-Length: 0', 'Content-Length: 0'], inner),
    ...['0, 44', '+0', '-1', '0x0', '0 ', '1e1', '00000000000000000000', ''].map(length),
    chunks('a LF behind the size', (door) => `0;\n\r\n${inner(door)}`),
    chunks('a LF in an extension', (door) => `1;a\nb\r\nx\r\n0\r\n\r\n${inner(door)}`),
    chunks('a CR in an extension', (door) => `0;a\rb\r\n\r\n${inner(door)}`),
    chunks('only LF', (door) => `0\n\n${inner(door)}`),
    chunks('a size beyond all', (door) => `ffffffffffffffff0\r\n\r\n${inner(door)}`),
    chunks('a size below nothing', (door) => `-1\r\n\r\n${inner(door)}`),
    chunks('a size with 0x', (door) => `0x0\r\n\r\n${inner(door)}`),
    chunks('a blank in the size', (door) => `0 0\r\n\r\n${inner(door)}`),
    chunks('more than the size', (door) => `1\r\nxx\r\n0\r\n\r\n${inner(door)}`),
    chunks(
      'headers behind the body',
      (door) => `0\r\nX-${MARK}: ${MARK}\r\nHost: evil.example\r\n\r\n${inner(door)}`,
    ),
    get('pipelined', (door, head) => `${head}\r\n\r\n${inner(door)}`),
    get('pipelined behind a request that is refused', (door) => `${inner(door)}${inner(door)}`),
    get(
      'a body of a GET',
      (door, head) => `${head}\r\nContent-Length: ${inner(door).length}\r\n\r\n${inner(door)}`,
    ),
    get('a bare LF in a header', (_, head) => `${head}\r\nX: a\nX-A: ${MARK}\r\n\r\n`),
    get('a bare CR in a header', (_, head) => `${head}\r\nX: a\rX-A: ${MARK}\r\n\r\n`),
    get('NUL in a header', (_, head) => `${head}\r\nX: a\0${MARK}\r\n\r\n`),
    get('NUL in a name', (_, head) => `${head}\r\nX\0: ${MARK}\r\n\r\n`),
    get('a header that is folded', (_, head) => `${head}\r\nX: a\r\n ${MARK}\r\n\r\n`),
    get('only LF', (door, head) => `${head.replaceAll('\r\n', '\n')}\n\n${inner(door)}`),
    get('another version', (door, head) => `${head.replace('HTTP/1.1', 'HTTP/9.9')}\r\n\r\n${inner(door)}`),
    get('HTTP/0.9', (door) => `GET /${door.secret}/api/${MARK}\r\n\r\n`),
    get('the begin of HTTP/2', (door) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inner(door)}`),
    get(
      'an upgrade to HTTP/2',
      (door, head) => `${head}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${inner(door)}`,
    ),
    get(
      'an upgrade to a WebSocket',
      (door, head) => `${head}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${inner(door)}`,
    ),
    get(
      'a tunnel',
      (door) => `CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\n\r\n${inner(door)}`,
    ),
    post('Expect, and no waiting', () => ['Expect: 100-continue', 'Content-Length: 0'], inner),
  ],
}
