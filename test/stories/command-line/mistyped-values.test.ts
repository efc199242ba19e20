import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => {
  delete world.variables.LS_AUTH_BACKEND
})
afterAll(() => world.close())
const PROFILE = '[profiles.work]\nissuer = "https://id.example"\nclient_id = "x"\n'
const BACKENDS = 'Choose one of: lightstep, tempo, jaeger.'

describe('a value with a few wrong letters: the one that was meant comes first, then all', () => {
  it.each([
    ['services --backend jeager', '--backend: "jeager"', `Did you mean jaeger? ${BACKENDS}`],
    ['trace get a1.json -o jsno', '-o, --output: "jsno"', 'Did you mean json? Choose one of: waterfall, '],
    ['whoami --color alway', '--color: "alway"', 'Did you mean always? Choose one of: auto, always, never.'],
    ['token --format heder', '--format: "heder"', 'Did you mean header? Choose one of: raw, '],
    ['trace get a1.json --scale fitt', '--scale: "fitt"', 'Did you mean fit? '],
    ['check --use access-token', '--use: "access-token"', 'Did you mean access? '],
    ['audit list -o ndjsno', '-o, --output: "ndjsno"', 'Did you mean ndjson? '],
    ['proxy --print jsn', '--print: "jsn"', 'Did you mean json? '],
    [
      'login --store keychian',
      '--store: "keychian"',
      'Did you mean keychain? Choose one of: keychain, file.',
    ],
    ['login --provider octa --issuer https://id.example', 'provider: "octa"', 'Did you mean okta? '],
    ['completion fisch', 'shell: "fisch"', 'Did you mean fish? Choose one of: bash, '],
    ['profile set use_token acess', 'use_token: "acess"', 'Did you mean access? '],
  ])('%s', async (line, error, hint) => {
    await world.writeConfig(PROFILE)
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(`${error} is not known\nhint: ${hint}`)
    expect(stderr.split('\n')).toHaveLength(3)
  })

  it('in a settings file and in a variable', async () => {
    await world.writeConfig(`${PROFILE}backend = "jeager"\n`)
    expect((await world.type('ls-auth services')).stderr).toBe(
      `error: ${world.configFile}: backend: "jeager" is not known\nhint: Did you mean jaeger? ${BACKENDS}\n  in the profile work\n`,
    )
    world.variables.LS_AUTH_BACKEND = 'TEMPO'
    expect((await world.type('ls-auth services')).stderr).toBe(
      `error: LS_AUTH_BACKEND: "TEMPO" is not known\nhint: Did you mean tempo? ${BACKENDS}\n`,
    )
  })

  it.each([
    ['default_profile = 5\n[profiles.work]\n', 'work'],
    ['default_profile = ["a"]\n', 'NAME'],
  ])('a default that is no name (%j): how the line is written', async (text, name) => {
    await world.writeConfig(text)
    expect((await world.type('ls-auth services')).stderr).toBe(
      `error: ${world.configFile}: default_profile must be a string\nhint: Correct it there: default_profile = "${name}"\n`,
    )
  })

  it.each([
    [
      "--reason 'INC-7 ü'",
      '--reason must be printable ASCII, at most 200 characters',
      'Type it with the letters and signs of ASCII, or shorter.',
    ],
    ["--reason ''", '--reason is empty', 'Give it a value, or leave it out.'],
    ["--api ' '", '--api is empty', 'Give it a value, or leave it out.'],
  ])('%s: what can be typed in its place', async (flag, error, hint) => {
    await world.writeConfig(PROFILE)
    const { exit, stderr } = await world.type(`ls-auth services ${flag}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(`error: ${error}\nhint: ${hint}\n`)
  })

  it('in a table of a profile', async () => {
    await world.writeConfig(`${PROFILE}[profiles.work.workload]\nsource = "github"\n`)
    expect((await world.type('ls-auth profile set workload.grant asis')).stderr).toContain(
      'workload.grant: "asis" is not known\nhint: Did you mean as-is? Choose one of: as-is, ',
    )
  })

  it('nothing is near: all of them, and no guess', async () => {
    expect((await world.type('ls-auth services --backend zipkin')).stderr).toBe(
      `error: --backend: "zipkin" is not known\nhint: ${BACKENDS}\n`,
    )
  })

  it('a key of a table, too', async () => {
    await world.writeConfig(`${PROFILE}[profiles.work.expect]\ngrups = ["ops"]\n`)
    expect((await world.type('ls-auth check')).stderr).toContain('hint: Did you mean groups? Known there: ')
  })
})

describe('a line that the parser does not take: two lines, with the name that is near', () => {
  it.each([
    ['logn', "unknown command 'logn'", 'Did you mean login? See: ls-auth --help'],
    ['trace serch', "unknown command 'serch'", 'Did you mean search? See: ls-auth trace --help'],
    ['whoami --jsn', "unknown option '--jsn'", 'Did you mean --json? See: ls-auth whoami --help'],
    ['get 2545425d67bcf886', "unknown command 'get'", 'See: ls-auth --help'],
    ['trace search --error=true', '--error takes no value', 'See: ls-auth trace search --help'],
    ['--quiet=s3cret whoami', '--quiet takes no value', 'See: ls-auth whoami --help'],
    ['whoami token=s3cret', 'ls-auth whoami takes no argument', 'See: ls-auth whoami --help'],
    ['whoami --tokn=s3cret', "unknown option '--tokn'", 'See: ls-auth whoami --help'],
  ])('%s', async (line, error, hint) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
    expect({ exit, stdout, stderr }).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error: ${error}\nhint: ${hint}\n`,
    })
  })
})

describe('the address of a local proxy, whose path is a secret, is typed: no error repeats it', () => {
  const SECRET = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'
  const api = `http://127.0.0.1:9/${SECRET}`
  it.each([
    `login --api ${api}`,
    `login --api ${api} --issuer https://id.example`,
    `login ${api}`,
    `trace search --api ${api} --error=true`,
    `trace search --api ${api}`,
    `profile set api ${api} more`,
    `profile use ${api}`,
    `services --api ${api} --json`,
  ])('%s', async (line) => {
    await world.writeConfig('')
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect(exit).not.toBe(0)
    expect(stderr).toMatch(/error/)
    expect(stderr).not.toContain(SECRET.slice(0, 20))
  })
})
