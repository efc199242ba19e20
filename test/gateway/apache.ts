import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../world/free-port.ts'
import { needs } from '../world/needs.ts'
import { send } from './send.ts'

/** The directory that is shipped and that the tests run, untouched but for its variables. */
export const SHIPPED = resolve('docs/gateway/apache')
const APACHE = '/usr/sbin/apache2'
const MODULE = '/usr/lib/apache2/modules/mod_oauth2.so'
const PATIENCE_MILLISECONDS = 10_000

/** Values of `variables.conf` by name. Undefined takes a variable away, as commenting it out does. */
export type Variables = Readonly<Record<string, string | undefined>>

/** What a gateway stands between. */
export interface ApacheOptions {
  issuer: string
  /** Origin of the API behind. */
  upstream: string
  apiKey: string
  /** The text of `access.rules`; as shipped, with no rule in it, when absent. */
  rules?: string
  /** Takes tokens that are bound to a key, and no others (DPoP). */
  proofs?: boolean
  variables?: Variables
  /** What the operator has added to the server, one directive each. */
  directives?: readonly string[]
}

/** One line of the access log; strings from tokens and callers are percent-encoded. */
export interface AccessLine {
  readonly time: string
  readonly iss: string
  readonly sub: string
  readonly oid: string
  readonly client: string
  readonly jti: string
  readonly repository: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly place: string
  readonly status: number
  readonly why: string
  readonly duration_us: number
  readonly reason: string
  readonly traceparent: string
  readonly agent: string
  readonly remote: string
}

/** A running Apache with the shipped configuration. */
export interface ApacheGateway {
  /** Origin, without a path. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly keyFile: string
  readonly rulesFile: string
  /** The newest line of the access log that contains this text, once there is one. Every line must be JSON. */
  line(mark: string): Promise<AccessLine>
  accessLog(): Promise<string>
  errorLog(): Promise<string>
  close(): Promise<void>
}

/** Whether the gateway can be tested here; says what is missing where not. */
export const hasApache = (): boolean =>
  needs({ files: [APACHE, MODULE], packages: ['apache2', 'libapache2-mod-oauth2'] })

/** Starts the shipped gateway in a directory and on a loopback port of its own, and waits until it answers. */
export async function startApache(options: ApacheOptions): Promise<ApacheGateway> {
  for (let left = 3; ; left--) {
    try {
      return await startOnce(options)
    } catch (error) {
      // Apache cannot choose a port itself, and somebody else may take one that was free just now.
      if (left === 0 || !String(error).includes('Address already in use')) throw error
    }
  }
}

async function startOnce(options: ApacheOptions): Promise<ApacheGateway> {
  const root = await mkdtemp(join(tmpdir(), 'ls-auth-gateway-'))
  const port = await freePort()
  const accessFile = join(root, 'access.log')
  const errorFile = join(root, 'error.log')
  const keyFile = join(root, 'api-key')
  const rulesFile = join(root, 'gateway', 'access.rules')
  const tls = options.variables?.GW_TLS_CERTIFICATE !== undefined
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  try {
    // Apache's children run as another user and must reach the key.
    await chmod(root, 0o755)
    await mkdir(join(root, 'run'))
    await cp(SHIPPED, join(root, 'gateway'), { recursive: true })
    await writeKey(keyFile, options.apiKey)
    if (options.rules !== undefined) await writeFile(rulesFile, options.rules)
    await writeFile(accessFile, '')
    const variables = join(root, 'gateway', 'variables.conf')
    const text = replaceVariables(await readFile(variables, 'utf8'), {
      GW_ISSUER: options.issuer,
      GW_UPSTREAM: options.upstream,
      GW_KEY_FILE: keyFile,
      GW_LUA: join(root, 'gateway', 'gateway.lua'),
      GW_RULES_LUA: join(root, 'gateway', 'access.lua'),
      GW_RULES: rulesFile,
      GW_LISTEN: `127.0.0.1:${port}`,
      GW_URL: url,
      GW_ACCESS_LOG: accessFile,
      GW_ERROR_LOG: errorFile,
      GW_RUN_DIR: join(root, 'run'),
      ...(options.proofs && { GW_DPOP_HOST: `127.0.0.1:${port}`, GW_DPOP_SCHEME: 'http' }),
      ...options.variables,
    })
    await writeFile(variables, text)
    const { pid, close } = await serve({ root, url, errorFile, directives: options.directives })
    return {
      url,
      port,
      pid,
      keyFile,
      rulesFile,
      line: (mark) => findLine(accessFile, mark),
      accessLog: () => readFile(accessFile, 'utf8'),
      errorLog: () => readFile(errorFile, 'utf8'),
      close,
    }
  } catch (error) {
    await rm(root, { recursive: true, force: true })
    throw error
  }
}

/** A directory with gateways in it, and the one among them that is asked whether the server is there. */
interface Served {
  /** Has `gateway/gateway.conf` in it. */
  root: string
  url: string
  errorFile: string
  directives?: readonly string[] | undefined
}

/** Runs Apache with a directory, which goes with it, and waits until it answers. */
export async function serve({ root, url, errorFile, directives = [] }: Served) {
  const added = directives.flatMap((directive) => ['-c', directive])
  const args = ['-d', root, '-f', 'gateway/gateway.conf', '-DFOREGROUND', ...added]
  const child = spawn(APACHE, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  // A test run that dies takes its server along.
  const orphaned = () => child.kill('SIGTERM')
  process.once('exit', orphaned)
  const close = async () => {
    process.off('exit', orphaned)
    await stop(child)
    await rm(root, { recursive: true, force: true })
  }
  await answers(child, url, errorFile).catch(async (error) => {
    await close()
    throw error
  })
  return { pid: child.pid ?? 0, close }
}

/** Puts a key where the gateway reads it, with the owner and mode that the guide asks for. */
export async function writeKey(file: string, key: string): Promise<void> {
  await writeFile(file, `${key}\n`)
  await chmod(file, 0o640)
  if (process.getuid?.() === 0) await chown(file, 0, groupId('www-data'))
}

/** Changes `Define`s and nothing else. A name that the file does not know is a mistake. */
export function replaceVariables(text: string, variables: Variables): string {
  let result = text
  for (const [name, value] of Object.entries(variables)) {
    const line = new RegExp(`^#?Define ${name}\\s.*$`, 'm')
    if (!line.test(result)) throw new Error(`variables.conf has no ${name}`)
    result = result.replace(line, () =>
      value === undefined ? `#Define ${name}` : `Define ${name} "${value}"`,
    )
  }
  return result
}

function groupId(name: string): number {
  const entry = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(readFileSync('/etc/group', 'utf8'))
  if (!entry) throw new Error(`there is no group ${name}`)
  return Number(entry[1])
}

async function answers(child: ChildProcess, url: string, errorFile: string): Promise<void> {
  let complaint = ''
  child.stderr?.on('data', (chunk) => {
    complaint += chunk
  })
  const end = Date.now() + PATIENCE_MILLISECONDS
  while (Date.now() < end) {
    const log = existsSync(errorFile) ? await readFile(errorFile, 'utf8') : ''
    if (child.exitCode !== null) throw new Error(`Apache ended with ${child.exitCode}: ${complaint}${log}`)
    const answer = await send(url, '/', { rejectUnauthorized: false }).catch(() => undefined)
    if (answer) return
    await sleep(20)
  }
  throw new Error(`Apache does not answer: ${complaint}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLISECONDS)
  await ended
  clearTimeout(timer)
}

/** Apache writes a line after the answer has left, so it may be a moment late. */
async function findLine(file: string, mark: string): Promise<AccessLine> {
  const end = Date.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
    const parsed = lines.map((line) => JSON.parse(line) as AccessLine)
    const found = lines.findLastIndex((line) => line.includes(mark))
    const line = parsed[found]
    if (line) return line
    if (Date.now() > end) throw new Error(`no line of the access log contains ${mark}`)
    await sleep(10)
  }
}
