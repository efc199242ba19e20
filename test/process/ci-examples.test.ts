import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

import { type CiPlatform, SUBJECT, startCiPlatform } from '../world/ci-platform.ts'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { BINARY, type Ended, type Machine, openMachine } from '../world/machine.ts'
import { JWT_BEARER, TOKEN_EXCHANGE } from '../world/provider/workloads.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { startTempoApi, type TempoApi } from '../world/tempo-api.ts'
import { makeTrace, movedTo } from '../world/trace-data.ts'

/** The files of docs/ci: parsed, and their commands typed as they stand there, in a world in place of acme.example. */

const LOGIN = 'https://login.acme.example'
const API = 'https://traces.acme.example'
const KEY = '/etc/ls-auth/traces-cron.pem'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const read = (name: string) => readFile(new URL(`../../docs/ci/${name}`, import.meta.url), 'utf8')

let platform: CiPlatform
let provider: Provider
let tempo: TempoApi
let gateway: Gateway
let machine: Machine
beforeAll(async () => {
  platform = await startCiPlatform()
  const { issuer, jwksUri } = platform
  const ours = { redirect_uris: [], response_types: [], scope: 'traces:read' }
  const jwk = { ...(publicKey.export({ format: 'jwk' }) as JsonWebKey), kid: 'traces-cron-1', alg: 'ES256' }
  provider = await startProvider({
    workloads: {
      clients: [
        {
          ...ours,
          client_id: 'traces-ci',
          token_endpoint_auth_method: 'none',
          grant_types: [TOKEN_EXCHANGE, JWT_BEARER],
        },
        {
          ...ours,
          client_id: 'traces-cron',
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'ES256',
          grant_types: ['client_credentials'],
          jwks: { keys: [jwk] },
        },
      ],
      // The audience as the files have it: they stay as they are, but for the hosts.
      trust: { issuer, jwksUri, audience: LOGIN, subject: SUBJECT },
    },
  })
  tempo = await startTempoApi({
    traces: [movedTo(Date.now() - 60_000, makeTrace({ seed: 9 }))],
    apiKey: 'key-of-the-api',
  })
  gateway = await startGateway({
    issuer: provider.issuer,
    audience: 'api://traces',
    scope: 'traces:read',
    upstream: tempo.url,
    apiKey: 'key-of-the-api',
  })
  machine = await openMachine()
  const bin = join(machine.home, 'bin')
  await mkdir(bin)
  await symlink(BINARY, join(bin, 'ls-auth'))
  machine.env.PATH = `${bin}:${dirname(process.execPath)}:${process.env.PATH}`
})
afterAll(() =>
  Promise.all([platform.close(), provider.close(), tempo.close(), gateway.close(), machine.close()]),
)

/** A profile with the addresses of this world. What a proof is for stays as it is written. */
const here = (toml: string, paths: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    ...paths,
    [`issuer = "${LOGIN}"`]: `issuer = "${provider.issuer}"`,
    [API]: gateway.url,
  }).reduce((text, [from, to]) => {
    expect(text, from).toContain(from)
    return text.replace(from, to)
  }, toml)

let jobs = 0
/** A checkout with files of its own, and settings of its own. */
async function job(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
) {
  const place = join(machine.home, `job-${++jobs}`)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, path)), { recursive: true })
    await writeFile(join(place, path), text, { mode: 0o600 })
  }
  const env = { XDG_CONFIG_HOME: join(place, 'config'), ...variables }
  const type = async (line: string): Promise<Ended> => {
    const ended = await machine.command('sh', ['-c', `cd '${place}' && ${line}`], { env }).ended
    expect(ended.exit, `${line}\n${ended.stderr}`).toBe(0)
    return ended
  }
  return { place, type }
}

/** The traces that a search has written, one in a line. */
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

it('GitHub Actions', async () => {
  const workflow = parse(await read('github-actions.yml'))
  expect(workflow.permissions['id-token']).toBe('write')
  const steps = workflow.jobs.errors.steps as { run?: string; uses?: string; with?: object }[]
  const { place, type } = await job(
    { '.github/ls-auth.toml': here(await read('github-actions.toml')) },
    { ...platform.variables, GITHUB_ACTIONS: 'true' },
  )
  // The program is here already: test/packages/upgrade.test.ts runs the action.
  const setup = steps.find(({ uses }) => uses?.includes('setup-ls-auth'))
  const [, folder] = /^OWNER\/ls-auth\/(.+)@v/.exec(setup?.uses ?? '') ?? []
  const action = parse(await readFile(new URL(`../../${folder}/action.yml`, import.meta.url), 'utf8'))
  expect(Object.keys(action.inputs)).toEqual(Object.keys(setup?.with ?? {}))
  for (const { run } of steps) if (run) await type(run)
  expect(lines(await readFile(join(place, 'errors.ndjson'), 'utf8'))).toHaveLength(1)
  expect(platform.requests.map(({ audience }) => audience)).toContain(LOGIN)
})

it('GitLab', async () => {
  const { errors } = parse(await read('gitlab-ci.yml'))
  const tokens = Object.entries(errors.id_tokens as Record<string, { aud: string }>)
  const variables = Object.fromEntries(tokens.map(([name, { aud }]) => [name, platform.sign(aud)]))
  const { place, type } = await job({ '.gitlab/ls-auth.toml': here(await read('gitlab-ci.toml')) }, variables)
  for (const line of errors.script) await type(line)
  expect(lines(await readFile(join(place, errors.artifacts.paths[0]), 'utf8'))).toHaveLength(1)
})

it('Jenkins', async () => {
  const text = await read('Jenkinsfile')
  const variable = /variable: '(\w+)'/.exec(text)?.[1] as string
  const toml = here(await read('jenkins.toml'))
  const { place, type } = await job({ 'jenkins/ls-auth.toml': toml }, { [variable]: platform.sign(LOGIN) })
  const commands = [...text.matchAll(/^ *sh '(.*)'$/gm)].map(([, line]) => line as string)
  expect(commands).toHaveLength(3)
  for (const line of commands) await type(line)
  expect(lines(await readFile(join(place, 'errors.ndjson'), 'utf8'))).toHaveLength(1)
})

it('cron', async () => {
  const crontab = await read('crontab')
  const entry = /^(?:\S+ ){5}traces (ls-auth .*) >> \S+$/m.exec(crontab)?.[1] as string
  // That of cron where the file sets none. docs/install.md puts the program into /usr/local/bin; here it is in `bin`.
  const searched = (/^PATH=(\S+)$/m.exec(crontab)?.[1] ?? '/usr/bin:/bin').split(':')
  const places = searched.map((place) => (place === '/usr/local/bin' ? join(machine.home, 'bin') : place))
  const PATH = [...places, dirname(process.execPath)].join(':')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  const path = join(machine.home, `job-${jobs + 1}`, 'key.pem')
  const files = {
    'key.pem': pem,
    'config/ls-auth/config.toml': here(await read('cron.toml'), { [KEY]: path }),
  }
  const { type } = await job(files, { PATH })
  expect(lines((await type(entry)).stdout)).toHaveLength(1)
})

it('Kubernetes', async () => {
  const [config, cron] = parseAllDocuments(await read('kubernetes.yml')).map((one) => one.toJS())
  const { containers, volumes } = cron.spec.jobTemplate.spec.template.spec
  const [{ command, volumeMounts }] = containers
  const mount = volumeMounts.find(({ name }: { name: string }) => name === 'token').mountPath
  const [{ serviceAccountToken }] = volumes.find(({ name }: { name: string }) => name === 'token').projected
    .sources
  const inPod = `${mount}/${serviceAccountToken.path}`
  const path = join(machine.home, `job-${jobs + 1}`, 'token')
  const { type } = await job({
    token: platform.sign(serviceAccountToken.audience),
    'config/ls-auth/config.toml': here(config.data['config.toml'], { [inPod]: path }),
  })
  expect(lines((await type(command.join(' '))).stdout)).toHaveLength(1)
})

it.each([
  ['github-actions', '.github'],
  ['gitlab-ci', '.gitlab'],
])('%s: the profile is added again on a runner that keeps its settings', async (name, directory) => {
  const { type } = await job({ [`${directory}/ls-auth.toml`]: here(await read(`${name}.toml`)) })
  const line = /ls-auth profile add .*/.exec(await read(`${name}.yml`))?.[0] as string
  await type(line)
  await type(line)
})

it('names no host of the examples that is not replaced here', async () => {
  for (const name of [
    'github-actions.toml',
    'gitlab-ci.toml',
    'jenkins.toml',
    'cron.toml',
    'kubernetes.yml',
  ]) {
    const hosts = new Set([...(await read(name)).matchAll(/https:\/\/[\w.]+/g)].map(([host]) => host))
    expect([...hosts].sort(), name).toEqual([LOGIN, API])
  }
})
