import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { needs } from '../world/needs.ts'
import { startProvider } from '../world/provider.ts'
import { CAN_BE_SOMEBODY_ELSE } from '../world/somebody-else.ts'

/**
 * Real users of one machine: one signs in with `ls-auth login`, and the others have seen the address that the browser was
 * given and want the sign-in to end as bob. `npm run takeovers`. They come from each address of loopback, and with
 * sockets that they close at once. Then the person's own browser comes, by the same program. The first sign-in has no
 * attack. Non-zero when somebody else got in, or when the person did not.
 */
const [PERSON, OTHERS] = [12_001, [12_002, 65_534]]
const WAYS = ['closes', '127.0.0.1', '127.0.0.2', '::1']
const ATTACKED = 13

const place = mkdtempSync(join(tmpdir(), 'ls-auth-takeovers-'))
let [attacks, signedIn, owner] = [0, 0, 0]
process.on('exit', () => rmSync(place, { recursive: true, force: true }))
const print = (line: string) => process.stdout.write(`${line}\n`)

interface Ended {
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node as another user to its end. */
async function runAs(uid: number, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const user = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
  const child = spawn('setpriv', [...user, join(place, 'node'), ...args], { cwd: place, env })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { stdout, stderr }
}

/** Node, the program with its packages, and a browser that keeps the address: where every user may read them. */
function install(): void {
  chmodSync(place, 0o755)
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const needed = Object.entries<{ dev?: true }>(packages).filter(([path, { dev }]) => path !== '' && !dev)
  for (const path of ['bin', 'dist', 'package.json', ...needed.map(([path]) => path)])
    cpSync(path, join(place, path), { recursive: true })
  cpSync('.build/visitor.mjs', join(place, 'visitor.mjs'))
  cpSync(process.execPath, join(place, 'node'))
  const browser = '#!/bin/sh\nprintf %s "$1" > "$HOME/part" && mv "$HOME/part" "$HOME/address"\n'
  writeFileSync(join(place, 'browser'), browser, { mode: 0o755 })
}

/** The address that the person's browser was given. */
async function addressIn(home: string): Promise<string> {
  for (let waited = 0; waited < 60_000; waited += 20) {
    try {
      return readFileSync(join(home, 'address'), 'utf8')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  throw new Error('no browser was opened within a minute')
}

/** One sign-in, with the attacks on it. `own`: where the person's browser comes from. */
async function signIn(
  issuer: string,
  clientId: string,
  attackers: { readonly uids: readonly number[]; readonly ways: readonly string[] },
  own: string,
) {
  const home = mkdtempSync(join(place, 'home-'))
  const folder = join(home, 'ls-auth')
  const config = join(folder, 'config.toml')
  mkdirSync(folder)
  const settings = `redirect_host = "localhost"\nredirect_ports = "any"\nstore = "file"\nstore_key_file = "${home}/key"\n`
  writeFileSync(config, `[profiles.work]\nissuer = "${issuer}"\nclient_id = "${clientId}"\n${settings}`)
  for (const path of [home, folder, config]) chownSync(path, PERSON, PERSON)
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: home,
    BROWSER: join(place, 'browser'),
    PATH: process.env.PATH,
  }
  const login = runAs(PERSON, [join(place, 'bin/ls-auth.js'), 'login'], env)
  const address = await Promise.race([
    addressIn(home),
    login.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ])
  const visit = (uid: number, user: string, ways: readonly string[]) =>
    runAs(uid, [join(place, 'visitor.mjs'), address, user, ...ways])
  for (const uid of attackers.uids) {
    const { stdout, stderr } = await visit(uid, 'bob', attackers.ways)
    const outcomes = stdout.trim().split('\n')
    attacks += outcomes.length
    for (const outcome of outcomes)
      if (!/ (403|closed)$/.test(outcome)) print(`  user ${uid} was not turned away: ${outcome} ${stderr}`)
  }
  const { stdout } = await visit(PERSON, 'alice', [own])
  const { stderr } = await login
  if (stderr.includes('Signed in as bob@')) signedIn += 1
  if (stderr.includes('Signed in as alice@')) owner += 1
  else print(`  the person is not signed in (own browser: ${stdout.trim()}): ${stderr.trim()}`)
}

if (CAN_BE_SOMEBODY_ELSE && needs({ commands: ['setpriv'], packages: ['util-linux'] })) {
  const provider = await startProvider()
  try {
    install()
    await signIn(provider.issuer, provider.clientId, { uids: [], ways: [] }, '127.0.0.1')
    for (let round = 0; round < ATTACKED; round++) {
      // Each way comes first in some of them: a sign-in that has ended can't be taken over.
      const ways = [...WAYS.slice(round % WAYS.length), ...WAYS.slice(0, round % WAYS.length)]
      const uids = round % 2 ? OTHERS : OTHERS.toReversed()
      await signIn(provider.issuer, provider.clientId, { uids, ways }, round % 2 ? '::1' : '127.0.0.1')
    }
  } finally {
    await provider.close()
  }
}
print(`takeovers=${attacks} signed_in=${signedIn} owner=${owner}/${ATTACKED + 1}`)
process.exitCode = attacks >= 100 && signedIn === 0 && owner === ATTACKED + 1 ? 0 : 1
