import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../world/free-port.ts'

/** A server that requests are sent to. */
export interface Peer {
  readonly name: string
  readonly pid: number
  /** What a small answer is asked of. */
  readonly url: string
}

/** All of them, in front of one API. */
export interface Peers {
  readonly direct: Peer
  readonly ours: Peer
  readonly bare: Peer
  /** Undefined: it is not installed. */
  readonly apache: Peer | undefined
  close(): Promise<void>
}

const APACHE = '/usr/sbin/apache2'
const PATH = '/api/search'
/** As long as those of issuers. */
const TOKEN = ['{"alg":"RS256"}', `{"sub":"alice","groups":"${'x'.repeat(600)}"}`, 'x'.repeat(256)]
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/** The API, and Apache in front of it. */
export interface ApachePeers {
  readonly direct: Peer
  readonly apache: Peer
  close(): Promise<void>
}

/** Starts the servers, all by the same Node. */
export async function openPeers(node: string): Promise<Peers> {
  const servers = await openServers()
  const { home, children, run } = servers
  const [direct, port] = await run('directly', node, [resolve('test/bench/floors/answer.mjs')])
  const [bare] = await run('pass-through', node, [resolve('test/bench/floors/pass-through.mjs'), port])
  const to = ['--backend', 'tempo', '--api', `http://127.0.0.1:${port}`]
  const args = [resolve('bin/ls-auth.js'), 'proxy', '--port', '0', '--quiet', '--allow-write', ...to]
  const [ours, printed] = await run('ls-auth proxy', node, args, { LS_AUTH_TOKEN: TOKEN })
  const apache = existsSync(APACHE) ? await startApache(home, port, children) : undefined
  return {
    direct,
    bare,
    ours: { ...ours, url: `${printed.replace('LS_AUTH_API=', '')}${PATH}` },
    apache,
    close: servers.close,
  }
}

/** Starts the API by this Node, and Apache without any policy. */
export async function openApache(node: string): Promise<ApachePeers> {
  const { home, children, run, close } = await openServers()
  const [direct, port] = await run('directly', node, [resolve('test/bench/floors/answer.mjs')])
  return { direct, apache: await startApache(home, port, children), close }
}

/** Nothing yet, a home for what is started, and the end of all of it. */
async function openServers() {
  const home = await mkdtemp(join(tmpdir(), 'ls-auth-bench-'))
  const children: ChildProcess[] = []
  const run = async (
    name: string,
    command: string,
    args: readonly string[],
    env = {},
  ): Promise<[Peer, string]> => {
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const first = await new Promise<string>((done, fail) => {
      child.stdout?.once('data', (bytes) => done(String(bytes).trim()))
      child.once('error', fail).once('exit', () => fail(new Error(`${name} has ended`)))
    })
    return [{ name, pid: child.pid ?? 0, url: `http://127.0.0.1:${first}${PATH}` }, first]
  }
  const close = async () => {
    const ends = children.map((child) => new Promise((done) => child.once('exit', done)))
    for (const child of children) child.kill('SIGTERM')
    await Promise.all(ends)
    await rm(home, { recursive: true, force: true })
  }
  return { home, children, run, close }
}

/** `mod_proxy_http` with connections kept on both sides, as its manual has it. */
async function startApache(home: string, behind: string, children: ChildProcess[]): Promise<Peer> {
  const port = await freePort()
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http']
  const lines = [
    `ServerRoot ${home}`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    `DefaultRuntimeDir ${home}`,
    `PidFile ${home}/apache.pid`,
    `ErrorLog ${home}/apache.log`,
    `User www-data`,
    `Group www-data`,
    // A thread for each connection: with fewer, kept ones are closed under load.
    'ServerLimit 1',
    'ThreadLimit 256',
    'ThreadsPerChild 256',
    'MaxRequestWorkers 256',
    'KeepAliveTimeout 60',
    `KeepAlive On`,
    `MaxKeepAliveRequests 0`,
    `ProxyPass / http://127.0.0.1:${behind}/`,
  ]
  const file = join(home, 'apache.conf')
  await writeFile(file, `${lines.join('\n')}\n`)
  const child = spawn(APACHE, ['-f', file, '-DFOREGROUND'], { stdio: 'inherit' })
  children.push(child)
  const url = `http://127.0.0.1:${port}${PATH}`
  for (let i = 0; ; i += 1) {
    if ((await fetch(url).catch(() => undefined))?.status === 200) break
    if (i === 100 || child.exitCode !== null) throw new Error('Apache does not answer')
    await sleep(50)
  }
  return { name: 'Apache mod_proxy', pid: child.pid ?? 0, url }
}

/** CPU time that a server and its children have had, milliseconds (a tick of Linux is 10). */
export function cpuMilliseconds({ pid }: Peer): number {
  const statOf = (name: string) => readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const family = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return name === String(pid) || statOf(name)[1] === String(pid)
    } catch {
      return false
    }
  })
  return family.reduce((all, name) => all + (Number(statOf(name)[11]) + Number(statOf(name)[12])) * 10, 0)
}

/** Memory of a server now, MB. */
export function residentMegabytes({ pid }: Peer): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
