import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CAN_BE_SOMEBODY_ELSE, SOMEBODY } from '../../world/somebody-else.ts'
import type { Attack, AttackGroup, Scene } from './attack.ts'
import { request, sendBytes } from './raw.ts'

/** Somebody has prepared the place where a proxy is to listen: it must not start. */
const place = (name: string, prepare: (base: string, scene: Scene) => Promise<string>): Attack => ({
  name,
  async run(scene) {
    const { machine, api, token } = scene
    const base = join(machine.home, `place-${name.replaceAll(/\W+/g, '-')}`)
    await mkdir(base, { mode: 0o700 })
    const path = await prepare(base, scene)
    const args = ['proxy', '--ttl', '1s', '--backend', 'tempo', '--api', api.url, '--socket', path]
    const { exit, stdout, stderr } = await machine.run(args, { env: { LS_AUTH_TOKEN: token } })
    return { heard: stdout + stderr, through: exit === 0 || /^Listening/m.test(stderr) }
  },
})
const directory = (name: string, mode: number, owner?: number): Attack =>
  place(name, async (base) => {
    const path = join(base, 'd')
    await mkdir(path)
    await chmod(path, mode)
    if (owner !== undefined) await chown(path, owner, owner)
    return join(path, 's')
  })

/** A web page cannot open a socket, but what forwards to one may bring its requests. */
const page = (name: string, ...headers: string[]): Attack => ({
  name,
  run: async ({ socket }) => ({
    heard: await sendBytes(socket, request({ port: 1 }, 'GET /api/search HTTP/1.1', headers)),
  }),
})

/** Where the Unix socket lies. */
export const sockets: AttackGroup = {
  name: 'socket',
  attacks: [
    directory('a directory that a group can write', 0o770),
    directory('a directory that a group can enter', 0o710),
    directory('a directory that all can read', 0o705),
    directory('a directory that all can write', 0o1777),
    ...(CAN_BE_SOMEBODY_ELSE ? [directory('a directory of somebody else', 0o700, SOMEBODY)] : []),
    place('a link to a directory', async (base) => {
      await mkdir(join(base, 'real'), { mode: 0o700 })
      await symlink('real', join(base, 'd'))
      return join(base, 'd', 's')
    }),
    place('a link to a socket that is in use', async (base, { socket }) => {
      await symlink(socket, join(base, 's'))
      return join(base, 's')
    }),
    place('a link to nothing', async (base) => {
      await symlink('/tmp/ls-auth-attacked', join(base, 's'))
      return join(base, 's')
    }),
    place('a file', async (base) => {
      await writeFile(join(base, 's'), '')
      return join(base, 's')
    }),
    place('a directory in its place', async (base) => {
      await mkdir(join(base, 's'))
      return join(base, 's')
    }),
    place('a socket in use', async (_, { socket }) => socket),
    place('a path that would be cut off', async (base) => join(base, 'x'.repeat(120))),
    place('the directory of all', async () => join('/tmp', 'ls-auth-attacked')),
    page('an Origin', 'Origin: http://evil.example'),
    page('an Origin of null', 'Origin: null'),
    page('a Sec-Fetch-Site', 'Sec-Fetch-Site: same-origin'),
    page('a preflight', 'Access-Control-Request-Method: GET'),
    {
      name: 'a path with ..',
      run: async ({ socket }) => ({
        heard: await sendBytes(socket, request({ port: 1 }, 'GET /api/../admin HTTP/1.1')),
      }),
    },
    {
      name: 'where it lies, and what is beside it',
      async run({ socket }) {
        const { mode } = await import('node:fs/promises').then(({ stat }) => stat(dirname(socket)))
        return { heard: '', through: (mode & 0o077) !== 0 }
      },
    },
  ],
}
