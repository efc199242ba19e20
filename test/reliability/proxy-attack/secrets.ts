import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack, AttackGroup, Scene } from './attack.ts'
import { request, sendBytes } from './raw.ts'

const wrong = (name: string, make: (secret: string) => string, ...headers: string[]): Attack => ({
  name,
  run: async ({ door }) => ({
    heard: await sendBytes(
      door.port,
      request(
        door,
        `GET ${make(door.secret)} HTTP/1.1`,
        headers.map((header) => header.replace('SECRET', door.secret)),
      ),
      150,
    ),
  }),
})

const GUESS = `/${'A'.repeat(43)}/api/search`

/** The guard must become slower and slower, and must not tell a good begin from a bad one. */
async function grows({ door }: Scene) {
  const times: number[] = []
  let heard = ''
  for (let i = 0; i < 4; i += 1) {
    const from = performance.now()
    heard += await sendBytes(door.port, request(door, `GET ${GUESS} HTTP/1.1`), 12_000)
    times.push(performance.now() - from)
  }
  return { heard, through: (times[3] as number) < 600 || !/^HTTP\/1\.1 403 /.test(heard) }
}

async function flood({ door }: Scene) {
  let heard = ''
  const sockets = Array.from({ length: 300 }, () => {
    const socket = connect(door.port, '127.0.0.1', () => socket.write(request(door, `GET ${GUESS} HTTP/1.1`)))
    socket.setEncoding('latin1').on('data', (part: string) => {
      heard += part
    })
    return socket.on('error', () => {})
  })
  await sleep(500)
  setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, 2_000)
  return { heard }
}

/** What the owner's proxy says at the terminal is in a log, perhaps. */
const told = async ({ door }: Scene) => ({
  heard: door.said(),
  through: door.said().includes(door.secret) || door.said().includes('A'.repeat(43)),
})

/** Whoever does not know the secret, or knows a part of it. */
export const secrets: AttackGroup = {
  name: 'secret',
  attacks: [
    // First: each wrong secret makes the next answer slower.
    { name: 'answers become slower', run: grows, long: true },
    wrong('none', () => '/api/search'),
    wrong('an empty one', () => '//api/search'),
    wrong('all but the last letter', (secret) => `/${secret.slice(0, -1)}/api/search`),
    wrong('one letter more', (secret) => `/${secret}A/api/search`),
    wrong('in capitals', (secret) => `/${secret.toUpperCase()}a/api/search`),
    wrong(
      'the last letter is another',
      (secret) => `/${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}/api/search`,
    ),
    wrong(
      'percent-encoded',
      (secret) => `/%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}/api/search`,
    ),
    wrong('second in the path', (secret) => `/api/${secret}/search`),
    wrong('in the query', (secret) => `/api/search?secret=${secret}`),
    wrong('as a cookie', () => '/api/search', 'Cookie: secret=SECRET'),
    wrong('by Basic', () => '/api/search', 'Authorization: Basic SECRET'),
    wrong('without a scheme', () => '/api/search', 'Authorization: SECRET'),
    wrong('for a proxy', () => '/api/search', 'Proxy-Authorization: Bearer SECRET'),
    wrong('twice', () => '/api/search', 'Authorization: Bearer SECRET', 'Authorization: Bearer SECRET'),
    wrong('two in one', () => '/api/search', 'Authorization: Bearer x, Bearer SECRET'),
    wrong('as a referrer', () => '/api/search', 'Referer: http://127.0.0.1/SECRET/'),
    { name: '300 guesses at once', run: flood },
    { name: 'in what the proxy says', run: told },
  ],
}
