import { execFileSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { loginArgs, signIn } from '../process/sign-in.ts'
import { hasKeyring, openKeyringSession } from '../world/keyring-session.ts'
import { openMachine } from '../world/machine.ts'
import { startProvider } from '../world/provider.ts'
import { startTraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'

const API_KEY = 'bench-api-key'

/** A machine on which somebody has signed in, and what commands and floor scripts find there. */
export interface StartScene {
  /** For every process; holds what the floor scripts are told, too. */
  readonly env: NodeJS.ProcessEnv
  /** The same with LS_AUTH_TOKEN: neither keychain nor session is touched. */
  readonly envWithToken: NodeJS.ProcessEnv
  /** A span of a trace of 100. */
  readonly spanId: string
  /** Account of the keychain item, for `secret-tool`. */
  readonly account: string
  readonly traceUrl: string
  close(): Promise<void>
}

/** Undefined where there is no Secret Service to be had (the missing package has been named). */
export async function openStartScene(): Promise<StartScene | undefined> {
  if (!hasKeyring()) return undefined
  const keyring = await openKeyringSession()
  // The same refresh token every time: a floor script that had to keep a new one would be a second ls-auth.
  const provider = await startProvider({ refreshTokens: 'keep' })
  const trace = makeTrace({ seed: 3, spans: 100 })
  const api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  const machine = await openMachine({ binary: resolve('bin/ls-auth.js') })
  Object.assign(machine.env, keyring.env, { HOME: machine.home })
  const place = ['--api', api.url, '--organization', 'acme', '--project', 'prod']
  const { ended } = await signIn(machine, [...loginArgs(provider), ...place])
  if (ended.exit !== 0) throw new Error(`the sign-in failed: ${ended.stderr}`)
  const spanId = trace.spans.find(({ parentId }) => parentId === undefined)?.spanId as string
  const [account] = (await readdir(join(machine.stateDirectory, 'sessions'))) as [string]
  const session = join(machine.stateDirectory, 'sessions', account, 'session')
  const traceUrl = `${api.url}/public/v0.2/acme/projects/prod/stored-traces?span-id=${spanId}`
  const env = {
    ...machine.env,
    FLOOR_CONFIG: machine.configFile,
    FLOOR_SESSION: session,
    FLOOR_ACCOUNT: account,
    FLOOR_URL: traceUrl,
    GH_CONFIG_DIR: await signInToGh(machine.home, { ...process.env, ...keyring.env }),
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE000000000',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return {
    env,
    envWithToken: { ...env, LS_AUTH_TOKEN: API_KEY },
    spanId,
    account: `${account}|${await sidOf(keyring.search('ls-auth'))}`,
    traceUrl,
    async close() {
      await machine.close()
      await Promise.all([provider.close(), api.close()])
      await keyring.close()
    },
  }
}

async function sidOf(found: Promise<string>): Promise<string> {
  return /account = [0-9a-f]+\|([\w-]+)/.exec(await found)?.[1] ?? ''
}

/** What `gh auth login` leaves behind: a hosts file, and the token in the same keychain. */
async function signInToGh(home: string, env: NodeJS.ProcessEnv): Promise<string> {
  const directory = join(home, 'gh')
  await mkdir(directory)
  const hosts = 'github.com:\n    users:\n        alice:\n    user: alice\n    git_protocol: https\n'
  await writeFile(join(directory, 'hosts.yml'), hosts)
  for (const user of ['alice', '']) {
    const item = ['store', '--label=gh', 'service', 'gh:github.com', 'username', user]
    execFileSync('secret-tool', item, { env, input: 'gho_bench' })
  }
  return directory
}
