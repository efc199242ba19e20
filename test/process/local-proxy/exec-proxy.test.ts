import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../world/gateway.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { AGENTS, type StartAgent } from '../mcp/agent.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { startLocalProxy, startRecordingApi } from './local-proxy.ts'

const API_KEY = 'key-of-the-api'
const trace = makeTrace({ seed: 31 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string

let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  const audience = { audience: 'api://traces', scope: 'traces:read' }
  gateway = await startGateway({ ...audience, issuer: provider.issuer, upstream: api.url, apiKey: API_KEY })
  machine = await openMachine()
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...settings])
})
afterAll(() => Promise.all([provider.close(), api.close(), gateway.close(), machine.close()]))

const exec = (args: readonly string[], env: Record<string, string> = {}) =>
  machine.run(['exec', '--proxy', ...args], { env })
const PRINT = ['node', '-e', 'process.stdout.write(JSON.stringify(process.env))']
const OURS = [process.execPath, BINARY]
const byIssuer = (a: { issuer: string | null }, b: { issuer: string | null }) =>
  (a.issuer ?? '').localeCompare(b.issuer ?? '')
/** A machine where nobody has signed in. */
const elsewhere = () => [
  'env',
  `XDG_CONFIG_HOME=${join(machine.home, 'none')}`,
  `XDG_STATE_HOME=${join(machine.home, 'none')}`,
]

describe('exec --proxy', () => {
  it('the command has the address of a proxy, and no token', async () => {
    const { exit, stdout, stderr } = await exec(['--reason', 'T-1', '--', ...PRINT], { LS_AUTH_X: 'x' })
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    const environment = JSON.parse(stdout)
    const ours = Object.entries(environment).filter(([name]) => name.startsWith('LS_AUTH_'))
    expect(Object.fromEntries(ours)).toEqual({
      LS_AUTH_API: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/),
      LS_AUTH_PROXY: '1',
      LS_AUTH_PROXY_PROFILE: 'default',
      LS_AUTH_BACKEND: 'lightstep',
      LS_AUTH_ORGANIZATION: 'acme',
      LS_AUTH_PROJECT: 'prod',
      LS_AUTH_REASON: 'T-1',
    })
    for (const secret of provider.secrets) expect(stdout).not.toContain(secret)
    await expect(fetch(environment.LS_AUTH_API)).rejects.toThrow()
  })

  it('an attribute whose name has a slash: the proxy takes no such path, and that is said', async () => {
    const tempo = await startTempoApi({ traces: [trace] })
    const other = await openMachine()
    const args = ['--backend', 'tempo', '--api', tempo.url]
    const list = [...OURS, 'attributes', 'span.app.kubernetes.io/name']
    const { exit, stdout, stderr } = await other.run(['exec', '--proxy', ...args, '--', ...list], {
      env: { LS_AUTH_TOKEN: API_KEY },
    })
    await Promise.all([tempo.close(), other.close()])
    expect({ exit, stdout }, stderr).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(
      'error: the values of span.app.kubernetes.io/name cannot be listed: a path with its / was refused (HTTP 400)\n',
    )
    expect(stderr).toContain('encoded slashes')
    expect(tempo.requests).toEqual([])
  })

  it.skipIf(!needs({ commands: ['curl'], packages: ['curl'] }))(
    'curl reads as the person, also behind the HTTP proxy of a company',
    async () => {
      const script =
        'curl -sS -o /dev/null -w "%{http_code} " "$LS_AUTH_API/public/v0.2/acme/projects/prod/directory/services"; curl -sS -o /dev/null -w "%{http_code}" -X DELETE "$LS_AUTH_API/x"'
      for (const env of [
        {},
        { http_proxy: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'corp.example' },
      ]) {
        expect(await exec(['--', 'sh', '-c', script], env)).toMatchObject({
          exit: 0,
          stdout: '200 403',
          stderr: '',
        })
      }
      const { stdout } = await exec(['--', 'sh', '-c', 'echo $NO_PROXY $no_proxy'], {
        http_proxy: 'http://127.0.0.1:9',
        NO_PROXY: 'corp.example',
      })
      expect(stdout).toBe('corp.example,127.0.0.1 corp.example,127.0.0.1\n')
    },
  )

  it('ls-auth itself works behind it, on a machine without a session', async () => {
    const { exit, stdout, stderr } = await exec(['--', ...elsewhere(), ...OURS, 'trace', 'get', spanId])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toContain('POST /checkout')
    expect(gateway.log.at(-1)).toMatchObject({ sub: 'alice', status: 200 })
    const api = await exec([
      '--',
      ...elsewhere(),
      ...OURS,
      'api',
      '/public/v0.2/acme/projects/prod/directory/services',
    ])
    expect(api).toMatchObject({ exit: 0, stderr: '' })
  })

  it('a key file that a variable alone names is unknown there, and the hint says what helps', async () => {
    const settings = await readFile(machine.configFile, 'utf8')
    await writeFile(machine.configFile, settings.replace(/^store_key_file = .*\n/m, ''))
    const env = { LS_AUTH_STORE_KEY_FILE: machine.keyFile }
    const whoami = () => exec(['--', ...OURS, 'whoami'], env)
    try {
      expect(await machine.run(['whoami'], { env })).toMatchObject({ exit: 0 })
      const { exit, stderr } = await whoami()
      expect({ exit, stderr }).toEqual({
        exit: 8,
        stderr:
          'error: this session is kept by a key file\n' +
          'hint: Set LS_AUTH_STORE_KEY_FILE to it. For a command of exec, which takes that out, run before: ls-auth profile set store_key_file PATH\n',
      })
      expect(await machine.run(['profile', 'set', 'store_key_file', machine.keyFile])).toMatchObject({
        exit: 0,
      })
      expect(await whoami()).toMatchObject({ exit: 0 })
    } finally {
      await writeFile(machine.configFile, settings)
    }
  })

  it('and on the machine of the person, beside the profile: no token is sent to the proxy', async () => {
    expect(await exec(['--', ...OURS, 'services'])).toMatchObject({ exit: 0, stderr: '' })
    const denied = await exec(['--', ...OURS, 'api', '/admin'])
    expect(denied).toMatchObject({ exit: 11, stdout: '' })
    expect(denied.stderr).toContain('error: the local proxy refuses this request (HTTP 403)\n')
    expect(denied.stderr).toContain('Only requests that read traces of Lightstep are allowed.')
    // The API was not asked, so no scope and no group is missing.
    expect(denied.stderr).toMatch(/hint: .*ls-auth proxy --port 0 --allow-write/)
    expect(denied.stderr).not.toMatch(/grants access|ls-auth login/)
  })

  it('the secret of the proxy is in no record and in no line of --debug', async () => {
    const script = `echo "$LS_AUTH_API"; ${OURS.join(' ')} --debug services`
    const { exit, stdout, stderr } = await exec(['--', 'sh', '-c', script])
    const secret = /[\w-]{43}$/m.exec(stdout)?.[0] as string
    expect(exit).toBe(0)
    expect(stderr).toMatch(/debug: GET http:\/\/127\.0\.0\.1:\d+\/…\/public\//)
    expect(stderr).not.toContain(secret)
    const record = await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8')
    expect(record).toMatch(/"path":"\/…\/public\//)
    expect(record).not.toContain(secret)
  })

  it('--debug shows each request that the proxy answers', async () => {
    const { stderr } = await exec(['--debug', '--', ...OURS, 'services'])
    expect(stderr).toMatch(
      /^debug: GET \/public\/v0\.2\/acme\/projects\/prod\/directory\/services 200 \d+ms$/m,
    )
  })

  it('an agent there is told that the proxy adds the token, and whose sign-in is found', async () => {
    const door = { LS_AUTH_PROXY: '1', LS_AUTH_API: `http://127.0.0.1:9/${'s'.repeat(43)}` }
    const none = { XDG_CONFIG_HOME: join(machine.home, 'none'), XDG_STATE_HOME: join(machine.home, 'none') }
    const whoami = async (env: Record<string, string>) => {
      const agent = await (AGENTS['JSON-RPC by hand, 2026-07-28'] as StartAgent)(machine, [], { env })
      const answer = await agent.call('whoami')
      await agent.close()
      return answer
    }
    const [signedIn, nobody] = await Promise.all([whoami(door), whoami({ ...door, ...none })])
    for (const answer of [signedIn, nobody]) {
      expect(answer).toMatchObject({
        isError: false,
        text: expect.stringContaining('A local proxy of ls-auth'),
      })
      expect(answer.text).not.toContain('takes no token')
    }
    expect(signedIn.text).toContain('alice')
    expect(signedIn.text).toContain('started with another profile')
    expect(nobody.text).toContain('ls-auth whoami, outside of the proxy')
  })

  describe('in the record', () => {
    const record = async () =>
      (await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))

    it('one who asks by trace who read it finds the person, where ls-auth asked through the proxy', async () => {
      const before = (await record()).length
      await exec(['--', ...OURS, 'services'])
      await exec(['--', ...OURS, 'trace', 'get', spanId])
      const { traceparent, trace_id: id } = (await record())
        .slice(before)
        .find((one) => one.trace_id !== null)
      const { stdout } = await machine.run(['audit', 'list', '--trace', id, '-o', 'ndjson'])
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        // Others have asked for it by the same span.
        .filter((row) => row.traceparent === traceparent)
      const { sub, issuer } = (await record())[0]
      const same = { way: 'exec', profile: 'default', method: 'GET', status: 200, traceparent }
      expect(rows.sort(byIssuer)).toMatchObject([
        { ...same, sub: null, issuer: null, trace_id: id },
        { ...same, sub, issuer, trace_id: null },
      ])
    })

    it('a request through it is of the profile that it was started with, not of the default', async () => {
      const file = await readFile(machine.configFile, 'utf8')
      const other = '[profiles.other]\nissuer = "https://id.example"\nclient_id = "x"\nproject = "x"\n'
      await writeFile(machine.configFile, `default_profile = "other"\n${file}\n${other}`)
      const before = (await record()).length
      const ours = [...OURS, 'services']
      await exec(['--profile', 'default', '--', ...ours])
      await exec(['--profile', 'default', '--', ...OURS, 'exec', '--proxy', '--', ...ours])
      await writeFile(machine.configFile, file)
      const rows = (await record()).slice(before)
      const of = (issuer: string | null) => ({ way: 'exec', profile: 'default', issuer })
      const byProxy = of(provider.issuer)
      expect(rows.map(({ way, profile, issuer }) => ({ way, profile, issuer })).sort(byIssuer)).toEqual([
        ...[of(null), of(null), of(null)],
        ...[byProxy, byProxy],
      ])
    })

    it('without the name of that profile, as behind ls-auth proxy, it is of none', async () => {
      const proxy = await startLocalProxy(machine)
      const before = (await record()).length
      const env = { LS_AUTH_PROXY: '1', LS_AUTH_API: proxy.api }
      const args = ['services', '--organization', 'acme', '--project', 'prod']
      expect(await machine.run(args, { env })).toMatchObject({ exit: 0, stderr: '' })
      proxy.running.child.kill('SIGTERM')
      await proxy.running.ended
      const rows = (await record()).slice(before)
      expect(rows.map(({ way, profile }) => [way, profile]).sort()).toEqual([
        ['cli', null],
        ['proxy', 'default'],
      ])
      const { stdout } = await machine.run(['audit', 'list'])
      expect(stdout).toMatch(/ cli +-\n/)
    })
  })

  it('another profile that is named there is said not to count, but not to an agent', async () => {
    const other = ['--profile', 'other']
    const file = await readFile(machine.configFile, 'utf8')
    await writeFile(
      machine.configFile,
      `default_profile = "default"\n${file}\n[profiles.other]\nproject = "x"\n`,
    )
    const { exit, stderr } = await exec(['--', ...OURS, 'services', ...other])
    const nested = await exec([
      '--',
      ...OURS,
      'exec',
      '--proxy',
      ...other,
      '--',
      ...OURS,
      'services',
      ...other,
    ])
    const door = { LS_AUTH_PROXY: '1', LS_AUTH_API: `http://127.0.0.1:9/${'s'.repeat(43)}` }
    const env = { ...door, LS_AUTH_PROXY_PROFILE: 'default' }
    const agent = await (AGENTS['JSON-RPC by hand, 2026-07-28'] as StartAgent)(machine, other, { env })
    const answer = await agent.call('get_services')
    const ended = await agent.close()
    await writeFile(machine.configFile, file)
    const note =
      'note: profile other is not used here: requests go through the local proxy, which was started with profile default\n'
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: note })
    expect(nested.stderr).toContain(note)
    expect(answer.text + ended.stderr).not.toContain('not used here')
  })

  it.each([
    ['login', 'login'],
    ['logout', 'logout'],
    ['logout', 'logout --all'],
    ['profile add', `profile add other --client-id x --issuer https://id.example`],
    ['profile set', 'profile set project other'],
    ['profile use', 'profile use default'],
    ['profile remove', 'profile remove default'],
  ])(
    '%s is for outside: the sign-in and the profiles of the person stay as they are (%s)',
    async (command, line) => {
      const before = await readFile(machine.configFile, 'utf8')
      const outcome = await exec(['--', ...OURS, ...line.split(' ')])
      expect(await readFile(machine.configFile, 'utf8')).toBe(before)
      expect(outcome).toMatchObject({ exit: 2, stdout: '' })
      expect(outcome.stderr).toBe(
        `error: ${command} does not work through a local proxy (LS_AUTH_PROXY is set)\n` +
          'hint: Run it outside of exec --proxy.\n',
      )
      expect(await machine.run(['token'])).toMatchObject({ exit: 0 })
    },
  )

  it.each([
    ['beside the profile', false],
    ['on a machine without a session', true],
  ])('exec behind it works, too, %s: the proxy adds the token', async (_, isElsewhere) => {
    const place = isElsewhere ? elsewhere() : []
    const inner = ['exec', '--', ...OURS, 'services']
    const { exit: status, stdout, stderr } = await exec(['--', ...place, ...OURS, ...inner])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).not.toBe('')
    const printed = await exec(['--', ...place, ...OURS, 'exec', '--', ...PRINT])
    const ours = Object.entries(JSON.parse(printed.stdout)).filter(([name]) => name.startsWith('LS_AUTH_'))
    expect(Object.fromEntries(ours)).toEqual({
      LS_AUTH_API: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/),
      LS_AUTH_PROXY: '1',
      LS_AUTH_PROXY_PROFILE: 'default',
      LS_AUTH_BACKEND: 'lightstep',
      LS_AUTH_ORGANIZATION: 'acme',
      LS_AUTH_PROJECT: 'prod',
    })
  })

  it('a proxy behind a proxy works, too', async () => {
    const inner = ['exec', '--proxy', '--', ...OURS, 'services']
    expect(await exec(['--', ...elsewhere(), ...OURS, ...inner])).toMatchObject({ exit: 0, stderr: '' })
  })

  it('renews while the command runs', async () => {
    const before = provider.refreshCount()
    const first = gateway.requests + 1
    gateway.distrusts = (n) => n === first
    expect(await exec(['--', ...OURS, 'services'])).toMatchObject({ exit: 0, stderr: '' })
    gateway.distrusts = () => false
    expect(provider.refreshCount()).toBe(before + 1)
  })

  it('the session ends: the command is told, and goes on', async () => {
    const other = await openMachine()
    try {
      const settings = [
        '--api',
        gateway.url,
        '--organization',
        'acme',
        '--project',
        'prod',
        '--scope',
        SCOPES,
      ]
      await signIn(other, [...loginArgs(provider), ...fileStore(other), ...settings])
      const script = 'echo ready; read x; ls-auth services; echo $?; exit 5'.replace(
        'ls-auth',
        `'${process.execPath}' '${BINARY}'`,
      )
      const running = other.start(['exec', '--proxy', '--', 'sh', '-c', script], { stdin: null })
      await running.printed(/ready\n/)
      await other.run(['logout'])
      gateway.distrusts = () => true
      running.child.stdin?.end('\n')
      const ended = await running.ended
      gateway.distrusts = () => false
      expect(ended).toMatchObject({ exit: 5, stdout: 'ready\n3\n' })
      expect(ended.stderr).toContain('error: you are not signed in\nhint: ')
    } finally {
      gateway.distrusts = () => false
      await other.close()
    }
  })

  it('ends with the status of the command, by a signal too, and leaves nothing that listens', async () => {
    expect(await exec(['--', 'sh', '-c', 'exit 42'])).toMatchObject({ exit: 42, stderr: '' })
    const script = 'trap "exit 7" TERM; echo "$LS_AUTH_API"; while :; do sleep 0.1; done'
    const running = machine.start(['exec', '--proxy', '--', 'sh', '-c', script])
    await running.printed(/\n/)
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ exit: 7, stderr: '' })
    await expect(fetch(running.stdout.trim())).rejects.toThrow()
    expect(await exec(['--', 'no-such-program'])).toMatchObject({ exit: 127 })
  })

  it.each([
    ['a variable for the token', ['--env', 'T', '--', 'true'], /with --proxy there is none/],
    ['nobody is signed in', ['--profile', 'nobody', '--', 'true'], /nobody/],
  ])('%s: 125', async (_, args, words) => {
    const { exit, stderr } = await exec(args)
    expect(exit).toBe(125)
    expect(stderr).toMatch(words)
  })

  it('with LS_AUTH_TOKEN the proxy has that token, and says that it cannot renew it', async () => {
    const { stdout: token } = await machine.run(['token'])
    const { exit, stdout, stderr } = await exec(['--', ...PRINT], { LS_AUTH_TOKEN: token.trim() })
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'note: LS_AUTH_TOKEN is used as it is; it cannot be renewed\n',
    })
    expect(stdout).not.toContain(token.trim())
    expect(await exec(['--', ...OURS, 'services'], { LS_AUTH_TOKEN: token.trim() })).toMatchObject({
      exit: 0,
    })
  })
})

describe('LS_AUTH_PROXY', () => {
  it('nothing but a loopback address with a secret is taken for the proxy', async () => {
    const stranger = await startRecordingApi()
    const secret = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'
    const ask = (api: string, ...args: string[]) =>
      machine.run(['api', '/x', ...args], { env: { LS_AUTH_PROXY: '1', LS_AUTH_API: api } })
    try {
      for (const address of [
        stranger.url,
        `${stranger.url}/short`,
        `${stranger.url}/${secret}/more`,
        `http://localhost:${stranger.port}/${secret}`,
      ]) {
        expect(await ask(address), address).toMatchObject({ exit: 10, stdout: '' })
      }
      expect((await ask(`https://traces.example/${secret}`)).exit).toBe(10)
      expect(stranger.received).toEqual([])
      // A flag is another API, and the profile decides.
      expect(await ask(`${stranger.url}/${secret}`, '--api', stranger.url)).toMatchObject({ exit: 10 })
      const off = await machine.run(['api', '/x'], {
        env: { LS_AUTH_PROXY: '0', LS_AUTH_API: `${stranger.url}/${secret}` },
      })
      expect(off.exit).toBe(10)
      expect(stranger.received).toEqual([])
      expect(await ask(`${stranger.url}/${secret}`)).toMatchObject({ exit: 0 })
      expect(stranger.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
    } finally {
      await stranger.close()
    }
  })
})
