import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../world/free-port.ts'
import type { Form } from '../world/html-forms.ts'
import { needs } from '../world/needs.ts'
import { lemonIni, lemonSettings } from './lemonldap-settings.ts'
import { startServerProcess } from './server-process.ts'
import { countPosts, removeOrKeep, type Stranger } from './stranger.ts'

const run = promisify(execFile)

const PORTAL = '/usr/share/lemonldap-ng/portal/htdocs/index.psgi'
const SESSIONS_TOOL = '/usr/share/lemonldap-ng/bin/lemonldap-ng-sessions'
/** The portal, and modules that its package only recommends or suggests: without them its OpenID issuer does not load. */
const PACKAGES = [
  'liblemonldap-ng-portal-perl',
  'starman',
  'libcrypt-jwt-perl',
  'libcrypt-openssl-rsa-perl',
  'libemail-address-perl',
  'libemail-sender-perl',
  'libio-string-perl',
  'libmime-tools-perl',
  'libstring-random-perl',
]

/** One file for each of the modules. */
const MODULES = [
  'Crypt/JWT',
  'Email/Address',
  'Email/Sender',
  'IO/String',
  'MIME/Tools',
  'String/Random',
].map((module) => `/usr/share/perl5/${module}.pm`)

/** Whether LemonLDAP::NG can be started here; says what is missing where not. */
export const hasLemonLdap = (): boolean =>
  needs({ commands: ['starman'], files: [PORTAL, ...MODULES], packages: PACKAGES })

/**
 * Starts Debian's LemonLDAP::NG portal as an OpenID provider. People: `dwho` (of the group
 * `timelords`) and `rtyler`, both of its demonstration directory, with their names as passwords.
 */
export async function startLemonLdap(): Promise<Stranger> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-lemonldap-'))
  const [serverPort, port] = [await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${serverPort}/`
  const [logFile, accessFile] = [join(directory, 'server.log'), join(directory, 'access.log')]
  const ini = join(directory, 'lemonldap-ng.ini')
  const [trusted, asking] = ['ls-auth', 'ls-auth-asking']
  const configure = async () => {
    await rm(join(directory, 'cache'), { recursive: true, force: true })
    for (const name of ['conf', 'cache', 'sessions/lock', 'persistent/lock'])
      await mkdir(join(directory, name), { recursive: true })
    const redirectUri = `http://127.0.0.1:${port}/callback`
    const settings = lemonSettings({ directory, portal: issuer, redirectUri, trusted, asking })
    await writeFile(join(directory, 'conf', 'lmConf-1.json'), settings)
  }
  await configure()
  await writeFile(ini, lemonIni(directory))
  await writeFile(accessFile, '')
  const listening = ['--listen', `127.0.0.1:${serverPort}`, '--workers', '2', '--preload-app']
  const start = () =>
    startServerProcess({
      file: 'starman',
      args: [...listening, '--access-log', accessFile, PORTAL],
      env: { LLNG_DEFAULTCONFFILE: ini },
      directory,
      logFile,
      readyUrl: `${issuer}.well-known/openid-configuration`,
    })
  let stop = await start()
  const stranger: Stranger = {
    issuer,
    clientId: trusted,
    askingClientId: asking,
    port,
    settings: [],
    person: (user, decision = 'allow') => ({
      user,
      decision,
      fills: (form) => fill(form, user, decision === 'deny'),
    }),
    async endSessions(user) {
      const who = process.getuid?.() === 0 ? ['--user', 'root', '--group', 'root'] : []
      const env = { PATH: process.env.PATH, LLNG_DEFAULTCONFFILE: ini }
      await run(SESSIONS_TOOL, [...who, 'delete', '--where', `uid=${user}`], { env })
    },
    tokenRequests: () => countPosts(accessFile, '/oauth2/token'),
    stop: () => stop(),
    async start() {
      stop = await start()
    },
    async replaceKey() {
      await stop()
      await configure()
      stop = await start()
    },
    async close(failed) {
      await stop()
      await removeOrKeep(directory, failed)
    },
  }
  return stranger
}

/** The portal's own script turns the confirmation into its negative when somebody presses "Refuse". */
function fill(form: Form, user: string, refuses: boolean): Record<string, string> {
  if (form.fields.has('password')) return { user, password: user }
  const confirm = form.fields.get('confirm')
  return refuses && confirm !== undefined ? { confirm: `-${confirm}` } : {}
}
