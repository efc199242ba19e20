import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wrap, wrapAdvice } from '../src/text/wrap.ts'
import { approveDevice, browse } from './world/browser.ts'
import { startGateway } from './world/gateway.ts'
import { startProvider } from './world/provider.ts'
import { startTraceApi } from './world/trace-api.ts'
import { makeTrace } from './world/trace-data.ts'

/**
 * The main job on real parts, all on this machine's loopback: an OpenID provider, a gateway that holds the API key,
 * and a trace API with generated data. The commands are the built program, run as a person would type them; only
 * the person at the browser is played by this script. Exits non-zero when a command ends otherwise than it should.
 */
const say = (text: string) => process.stdout.write(`${fitted(text)}\n`)

/** Columns to wrap to; in a pipe a line stays as it is. */
const room = process.stdout.isTTY ? process.stdout.columns : undefined

/** Lines broken between words where they are wider than the terminal, below the text of a label. */
function fitted(text: string): string {
  if (room === undefined) return text
  const indent = (line: string) => ' '.repeat(/^(?:error|hint|note|warning): /.exec(line)?.[0].length ?? 0)
  return text
    .split('\n')
    .map((line) => wrapAdvice(line, room, indent(line)))
    .join('\n')
}

/** A line to type, which works also when it is pasted in several lines. */
function typed(line: string): string {
  if (room === undefined) return line
  // A flag stays beside its value.
  const words = line.match(/--\S+ (?:"[^"]*"|[^-\s]\S*)|\S+/g) ?? []
  return wrap(words, room - ' \\'.length, '    ').replaceAll('\n', ' \\\n')
}
const problems: string[] = []

const provider = await startProvider({ deviceInterval: 1 })
const trace = makeTrace({ seed: 7 })
const apiKey = 'demo-api-key'
const api = await startTraceApi({ apiKey, organization: 'acme', project: 'prod', traces: [trace] })
const gateway = await startGateway({
  issuer: provider.issuer,
  audience: 'api://traces',
  scope: 'traces:read',
  upstream: api.url,
  apiKey,
})
const home = await mkdtemp(join(tmpdir(), 'ls-auth-demo-'))
let running: ChildProcess | undefined

// However it ends: Ctrl-C, a terminal that closes, a reader that has seen enough (`npm run demo | head`).
process.on('exit', () => {
  running?.kill()
  rmSync(home, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
process.stdout.on('error', () => process.exit(1))

/** Runs one command of the built program and shows it as a terminal would; `act` plays the person meanwhile. */
async function type(
  line: string,
  expected: number,
  act?: (said: string) => Promise<boolean>,
): Promise<string> {
  process.stdout.write(`\n${typed(`$ ${line}`)}\n`)
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1)
  const child: ChildProcess = spawn(process.execPath, ['bin/ls-auth.js', ...argv], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      LANG: 'C.UTF-8',
      COLUMNS: String(process.stdout.columns ?? 100),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running = child
  let stdout = ''
  let said = ''
  let acted = act === undefined
  child.stdout?.on('data', (part) => {
    stdout += part
    show(String(part))
  })
  child.stderr?.on('data', async (part) => {
    said += part
    show(String(part))
    if (!acted && act) acted = await act(said)
  })
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (status !== 0) say(`(exit ${status})`)
  if (status !== expected) problems.push(`${line}: exit ${status}, expected ${expected}`)
  return stdout
}

/** Tokens are real; a transcript is no place for them. */
function show(text: string): void {
  process.stdout.write(
    fitted(
      text.replace(
        /eyJ[\w-]+\.([\w-]+\.)[\w-]+/g,
        (token) => `${token.slice(0, 12)}…(${token.length} characters)`,
      ),
    ),
  )
}

const signInBy = (user: string) => async (said: string) => {
  const url = /^ {2}(http\S+)$/m.exec(said)?.[1]
  if (url) await browse(url, { user })
  return url !== undefined
}
const confirmBy = (user: string) => async (said: string) => {
  const code = /enter the code {2}(\S+)/.exec(said)?.[1]
  const verificationUri = /Go to {2}(\S+)/.exec(said)?.[1]
  if (!code || !verificationUri) return false
  await approveDevice({ verificationUri, userCode: code }, { user })
  return true
}

try {
  say(`An identity provider at ${provider.issuer}, a gateway at ${gateway.url}: both real, both only here.`)
  say(`The demo needs no keychain: it uses store = "file" in ${home}, which is removed at the end.`)

  say('\n# Sign in with a browser (code + PKCE on a loopback redirect). Alice signs in.')
  const scopes = '"openid profile email groups offline_access traces:read"'
  const where = `--issuer ${provider.issuer} --client-id ${provider.clientId} --api ${gateway.url} --organization acme --project prod`
  const file = `--store file --store-key-file ${join(home, 'key')}`
  await type(`ls-auth login ${where} --port any --scope ${scopes} ${file} --no-browser`, 0, signInBy('alice'))
  await type('ls-auth whoami', 0)

  say('\n# Is it set up right? One check that holds, one that does not (exit 5).')
  await type('ls-auth check --audience api://traces --scope traces:read --group ops', 0)
  await type('ls-auth check --group sre-leads', 5)

  say('\n# The token, for a script. It is masked here only.')
  await type('ls-auth token', 0)

  say('\n# A trace, through the gateway, with Alice’s short-lived token.')
  const span = trace.spans.find(({ parentId }) => parentId === undefined)?.spanId
  const drawn = await type(`ls-auth trace get ${span}`, 0)
  if (!drawn.includes('POST /checkout')) problems.push('the trace was not drawn')
  const { sub, client, path, status } = gateway.log.at(-1) ?? {}
  say(`\n# What the gateway logged: sub ${sub}, client ${client}, status ${status}, path ${path}`)
  await type('ls-auth logout', 0)

  say('\n# Sign in without a browser on this machine (device flow). Bob confirms the code on another one.')
  await type('ls-auth login --device', 0, confirmBy('bob'))
  await type('ls-auth check --group ops', 5)
  await type('ls-auth logout', 0)
  await type('ls-auth token', 3)
} finally {
  await Promise.all([provider.close(), gateway.close(), api.close()])
}
for (const problem of problems) say(`PROBLEM ${problem}`)
say(problems.length === 0 ? '\nThe demo did what it should.' : `\nThe demo failed (${problems.length}).`)
process.exitCode = problems.length === 0 ? 0 : 1
