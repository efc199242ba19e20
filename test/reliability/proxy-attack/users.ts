import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CAN_BE_SOMEBODY_ELSE, SOMEBODY } from '../../world/somebody-else.ts'
import type { Attack, AttackGroup, Scene } from './attack.ts'

/** What a program of another user prints; `script` runs in Node, its arguments in `a`. */
async function asSomebody(script: string, ...args: string[]): Promise<string> {
  // Node begins as root: it may lie where somebody else could not start it.
  const begin = `process.setgroups([]),process.setgid(${SOMEBODY}),process.setuid(${SOMEBODY});const a=process.argv.slice(1);`
  const child = spawn(process.execPath, ['-e', begin + script, ...args], { cwd: '/', env: {} })
  const [out] = await Promise.all([text(child.stdout), text(child.stderr)])
  return out
}
const reads = (name: string, path: (scene: Scene) => string): Attack => ({
  name,
  async run(scene) {
    const heard = await asSomebody('try{process.stdout.write(fs.readFileSync(a[0]))}catch{}', path(scene))
    const { door, token } = scene
    return { heard, through: heard.includes(token) || heard.includes(door.secret) }
  },
})
const asks = (name: string, url: (scene: Scene) => string, options = '{}'): Attack => ({
  name,
  run: async (scene) => ({
    heard: await asSomebody(
      `fetch(a[0],${options}).then(r=>r.text()).then(t=>process.stdout.write(t),()=>{});setTimeout(()=>process.exit(),1000)`,
      url(scene),
    ),
  }),
})

/** Another user of the same machine, who is not root. */
export const users: AttackGroup = {
  name: 'user',
  missing: CAN_BE_SOMEBODY_ELSE ? undefined : 'another user can be played by root alone',
  attacks: [
    asks('asks without the secret', ({ door }) => `http://127.0.0.1:${door.port}/api/search`),
    asks('guesses a secret', ({ door }) => `http://127.0.0.1:${door.port}/${'A'.repeat(43)}/api/search`),
    {
      name: 'opens the socket',
      run: async ({ socket }) => ({
        heard: await asSomebody(
          "const s=net.connect(a[0],()=>s.write('GET /api/search HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'));s.on('error',()=>{}).on('data',d=>process.stdout.write(d));setTimeout(()=>process.exit(),500)",
          socket,
        ),
      }),
    },
    {
      name: 'listens on the same port',
      async run({ door }) {
        const heard = await asSomebody(
          "for(const h of ['127.0.0.1','0.0.0.0','::'])net.createServer().on('error',()=>{}).listen(+a[0],h,()=>console.log('listening',h));setTimeout(()=>process.exit(),300)",
          String(door.port),
        )
        return { heard, through: /listening (127|0)/.test(heard) }
      },
    },
    {
      name: 'ends the proxy',
      async run({ door }) {
        const heard = await asSomebody(
          "try{process.kill(+a[0],'SIGTERM');console.log('killed')}catch{}",
          String(door.pid),
        )
        return { heard, through: heard.includes('killed') }
      },
    },
    reads('reads its arguments', ({ door }) => `/proc/${door.pid}/cmdline`),
    reads('reads its environment', ({ door }) => `/proc/${door.pid}/environ`),
    reads('reads its memory', ({ door }) => `/proc/${door.pid}/mem`),
    reads('reads what it printed', ({ door }) => `/proc/${door.pid}/fd/1`),
    reads('reads the record', ({ machine }) => join(machine.stateDirectory, 'audit.jsonl')),
  ],
}
