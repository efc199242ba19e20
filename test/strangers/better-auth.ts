import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { freePort } from '../world/free-port.ts'
import { isMet } from '../world/needs.ts'
import { startServerProcess } from './server-process.ts'
import { countPosts, removeOrKeep, type Stranger } from './stranger.ts'

const PLACE = fileURLToPath(new URL('better-auth/', import.meta.url))

/** Whether Better Auth can be started here; says what is missing where not. */
export const hasBetterAuth = (): boolean =>
  isMet(
    existsSync(join(PLACE, 'node_modules/better-auth')),
    'better-auth not found: npm ci --prefix test/strangers/better-auth',
  )

/** The rows of its tables, by the table's name. */
type Known = Record<string, Record<string, unknown>[] | undefined>

/** The API that its access tokens are for. */
export const BETTER_AUTH_API = 'https://traces.example'

/** Starts Better Auth as an OpenID provider. People: `alice` and `bob`. */
export async function startBetterAuth(): Promise<Stranger> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-better-auth-'))
  const [serverPort, port] = [await freePort(), await freePort()]
  const origin = `http://127.0.0.1:${serverPort}`
  const issuer = `${origin}/api/auth`
  const logFile = join(directory, 'server.log')
  const start = () =>
    startServerProcess({
      file: process.execPath,
      args: [join(PLACE, 'server.mjs')],
      env: {
        PORT: String(serverPort),
        PLACE: directory,
        REDIRECT: `http://127.0.0.1:${port}/callback`,
        BETTER_AUTH_TELEMETRY: '0',
      },
      directory,
      logFile,
      readyUrl: `${issuer}/.well-known/openid-configuration`,
    })
  /** Changes what it knows while it is down. */
  const change = async (work: (known: Known) => void) => {
    await stop()
    const file = join(directory, 'known')
    const known: Known = deserialize(await readFile(file))
    work(known)
    await writeFile(file, serialize(known), { mode: 0o600 })
    stop = await start()
  }
  let stop = await start()
  const { trusted, asking } = JSON.parse(await readFile(join(directory, 'clients.json'), 'utf8'))
  return {
    issuer,
    clientId: trusted,
    askingClientId: asking,
    port,
    settings: [
      'scopes = ["openid", "profile", "email", "offline_access", "traces:read"]',
      `audience = "${BETTER_AUTH_API}"`,
    ],
    person: (user, decision = 'allow') => ({ user, decision }),
    endSessions: (user) =>
      change((known) => {
        const person = known.user?.find(({ name }) => name === user)
        known.oauthRefreshToken = known.oauthRefreshToken?.filter(({ userId }) => userId !== person?.id)
      }),
    tokenRequests: () => countPosts(logFile, '/api/auth/oauth2/token'),
    stop: () => stop(),
    async start() {
      stop = await start()
    },
    replaceKey: () =>
      change((known) => {
        known.jwks = []
      }),
    async close(failed) {
      await stop()
      await removeOrKeep(directory, failed)
    },
  }
}
