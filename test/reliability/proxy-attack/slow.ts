import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack, AttackGroup, Door, Scene } from './attack.ts'
import { request, sendBytes } from './raw.ts'

/** Opens connections that stay until the end of the group; gives them, and what has come back. */
async function crowd(
  count: number,
  { door, atEnd }: Scene,
  begin: (socket: Socket, i: number) => void,
): Promise<{ sockets: Socket[]; heard: () => string }> {
  const heard: string[] = []
  const sockets = Array.from({ length: count }, (_, i) => {
    const socket = connect(door.port, '127.0.0.1', () => begin(socket, i))
    socket.setEncoding('latin1').on('data', (part: string) => void heard.push(part))
    return socket.on('error', () => {})
  })
  atEnd(() => {
    for (const socket of sockets) socket.destroy()
  })
  await sleep(300)
  return { sockets, heard: () => heard.join('') }
}

/** A byte at a time, for as long as the other side listens. */
function drip(socket: Socket, bytes: string, milliseconds: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (at === bytes.length || socket.destroyed) return clearInterval(timer)
    socket.write(bytes[at++] as string)
  }, milliseconds)
  socket.once('close', () => clearInterval(timer))
}

const many = (
  name: string,
  count: number,
  begin: (door: Door) => (socket: Socket, i: number) => void,
): Attack => ({
  name,
  run: async (scene) => ({ heard: (await crowd(count, scene, begin(scene.door))).heard() }),
})
const post = (door: Door, ...headers: string[]) =>
  `POST /wrong/api/x HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\n${headers.join('\r\n')}\r\n\r\n`

/** Whoever can open connections, and keeps them; without the secret. */
export const slow: AttackGroup = {
  name: 'slow',
  attacks: [
    many('connections that say nothing', 700, () => () => {}),
    many('connections that begin to speak', 700, () => (socket, i) => socket.write(i % 2 ? 'GET / HT' : 'G')),
    many(
      'heads that come byte by byte',
      200,
      (door) => (socket) => drip(socket, request(door, 'GET /wrong HTTP/1.1'), 50),
    ),
    many('heads that never end', 100, (door) => (socket) => {
      socket.write(`GET /wrong HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\n`)
      drip(socket, 'X: y\r\n'.repeat(10_000), 1)
    }),
    many('bodies that come byte by byte', 200, (door) => (socket) => {
      socket.write(post(door, 'Content-Length: 1000000'))
      drip(socket, 'x'.repeat(1_000_000), 20)
    }),
    many(
      'bodies that never begin',
      200,
      (door) => (socket) => socket.write(post(door, 'Content-Length: 5', 'Expect: 100-continue')),
    ),
    many('chunks that never end', 100, (door) => (socket) => {
      socket.write(post(door, 'Transfer-Encoding: chunked'))
      drip(socket, '1\r\nx\r\n'.repeat(100_000), 1)
    }),
    many('answers that nobody reads', 300, (door) => (socket) => {
      socket.pause()
      socket.write(request(door, 'GET /wrong HTTP/1.1').repeat(50))
    }),
    many('connections that are reset', 500, () => (socket) => socket.resetAndDestroy()),
    {
      name: 'a body of 100 MB for a refusal',
      run: async ({ door }) => ({
        heard: await sendBytes(
          door.port,
          post(door, 'Content-Length: 100000000') + 'x'.repeat(20_000_000),
          2_000,
        ),
      }),
    },
    {
      name: 'a head of 10 MB',
      run: async ({ door }) => ({
        heard: await sendBytes(door.port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(10_000_000)}`, 2_000),
      }),
    },
    {
      name: '5,000 headers',
      run: async ({ door }) => ({
        heard: await sendBytes(
          door.port,
          request(
            door,
            'GET / HTTP/1.1',
            Array.from({ length: 5_000 }, () => 'X: y'),
          ),
        ),
      }),
    },
    {
      name: 'nobody has sent a head for 12 seconds',
      long: true,
      async run(scene) {
        const { sockets, heard } = await crowd(50, scene, (socket) => socket.write('GET / HT'))
        await sleep(12_000)
        return { heard: heard(), through: sockets.some((socket) => !socket.destroyed) }
      },
    },
  ],
}
