import type { Random } from '../../world/trace/random.ts'
import { type Kind, pick, type Trial } from './kind.ts'
import { CONFIG, openMachine, type } from './machine.ts'
import { brokenPromises } from './promises.ts'
import { answerWithoutBrowser, ISSUER } from './provider.ts'
import { mutateToml } from './toml.ts'

const FULL = `# Settings of ls-auth
default_profile = "work"
new_key = 1

[profiles.work]
issuer = "${ISSUER}" # the identity provider
client_id = "ls-auth-cli"
provider = "keycloak"
scopes = ["openid", "offline_access", "traces:read"]
audience = "api://traces"
redirect_ports = [8765, 8766]
redirect_path = "/callback"
api = "https://traces.example"
backend = "tempo"
organization = "acme"
project = "prod"
store = "keychain"
timeout = 30
proxy = "http://127.0.0.1:3128"
client_secret = { env = "SECRET" }
colour = "red"

[profiles.work.expect]
groups = ["ops"]
claims = ["email_verified == true", "acr in [\\"a\\", \\"b\\"]"]

[profiles."a b"]
issuer = 'https://other.example'
when = 2026-11-25T10:00:00Z
big = 123456789012345678901234567890
n = +inf
text = """
a
\\u001B"""
`
const SMALL = `[profiles.x]\nissuer = "${ISSUER}"\nclient_id = "c"\n`
const TEAM = FULL.slice(FULL.indexOf('[profiles.work]'), FULL.indexOf('[profiles."a b"]'))
const ONE_PROFILE = [SMALL, TEAM].map((text) => Buffer.from(text))
const SPECIMENS = [FULL, FULL, SMALL, FULL.replaceAll('\n', '\r\n'), ''].map((text) => Buffer.from(text))

const LINES = [
  ['profile', 'list'],
  ['profile', 'list', '--json'],
  ['profile', 'show', 'work'],
  ['profile', 'show', '--json'],
  ['profile', 'export', 'work'],
  ['profile', 'use', 'work'],
  ['profile', 'remove', 'work'],
  ['token'],
  ['services'],
  ['doctor'],
  ['logout'],
] as const

/** A settings file that was edited by many hands, read and changed by every command. */
export const settingsFiles: Kind = {
  name: 'settings',
  share: 10,
  open: async () => async (random) => {
    const input = mutateToml(pick(SPECIMENS, random), pick(SPECIMENS, random), random)
    const machine = openMachine()
    machine.files.set(CONFIG, input)
    machine.answer = answerWithoutBrowser
    const argv = pick(LINES, random)
    const ended = await type(machine, argv)
    return { input, about: argv.join(' '), ...ended, broken: brokenPromises(ended) }
  },
}

/** A profile that somebody sent. */
export const importedProfiles: Kind = {
  name: 'imports',
  share: 6,
  open: async () => tryImport,
}

async function tryImport(random: Random): Promise<Trial> {
  const input = mutateToml(pick(ONE_PROFILE, random), pick(SPECIMENS, random), random)
  const machine = openMachine()
  machine.files.set('/tmp/sent.toml', input)
  machine.answer = answerWithoutBrowser
  const argv = ['profile', 'add', 'team', '--from', '/tmp/sent.toml', '--yes']
  const ended = await type(machine, argv)
  const broken = brokenPromises(ended)
  if (ended.exit === 0) {
    // What was written is read again, and is what is exported.
    const exported = await type(machine, ['profile', 'export', 'team'])
    if (exported.exit !== 0) broken.push(`not exported: ${exported.err}`)
    broken.push(...brokenPromises(exported))
  }
  return { input, about: argv.join(' '), ...ended, broken }
}
