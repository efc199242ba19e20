import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { browse } from '../world/browser.ts'
import { freePort } from '../world/free-port.ts'
import { needs } from '../world/needs.ts'
import { startServerProcess } from './server-process.ts'
import { countPosts, removeOrKeep, type Stranger } from './stranger.ts'

const APPLICATION = fileURLToPath(new URL('doorkeeper.ru', import.meta.url))
const PACKAGES = ['ruby-doorkeeper-openid-connect', 'ruby-rails', 'ruby-sqlite3', 'puma']

/** Whether Doorkeeper can be started here; says what is missing where not. */
export const hasDoorkeeper = (): boolean =>
  needs({
    commands: ['ruby', 'puma'],
    // The one place of a gem whose name has no version in it.
    files: ['ruby-doorkeeper-openid-connect', 'ruby-rails', 'ruby-sqlite3'].map(
      (name) => `/usr/share/doc/${name}`,
    ),
    packages: PACKAGES,
  })

/** Starts Doorkeeper as an OpenID provider. People: `alice` and `bob`; nobody has a password. */
export async function startDoorkeeper(): Promise<Stranger> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-doorkeeper-'))
  const serverPort = await freePort()
  const issuer = `http://127.0.0.1:${serverPort}`
  const logFile = join(directory, 'server.log')
  const [trusted, asking] = ['ls-auth', 'ls-auth-asking']
  const writeKey = () => writeFile(join(directory, 'key.pem'), newKey(), { mode: 0o600 })
  const start = () =>
    startServerProcess({
      file: 'puma',
      args: ['--bind', `tcp://127.0.0.1:${serverPort}`, '--log-requests', APPLICATION],
      env: { PORT: String(serverPort), PLACE: directory, TRUSTED: trusted, ASKING: asking },
      directory,
      logFile,
      readyUrl: `${issuer}/.well-known/openid-configuration`,
    })
  await writeKey()
  let stop = await start()
  const stranger: Stranger = {
    issuer,
    clientId: trusted,
    askingClientId: asking,
    port: undefined,
    // It knows no offline_access, and refuses what it does not know.
    settings: ['scopes = ["openid", "profile", "email", "traces:read"]'],
    person: (user, decision = 'allow') => ({ user, decision }),
    // Its page of authorized applications has a button for each that revokes it.
    async endSessions(user) {
      await browse(`${issuer}/oauth/authorized_applications`, stranger.person(user))
    },
    tokenRequests: () => countPosts(logFile, '/oauth/token'),
    stop: () => stop(),
    async start() {
      stop = await start()
    },
    async replaceKey() {
      await stop()
      await writeKey()
      stop = await start()
    },
    async close(failed) {
      await stop()
      await removeOrKeep(directory, failed)
    },
  }
  return stranger
}

const newKey = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey
