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

describe('a command in another order', () => {
  it.each([
    ['get 2545425d67bcf886', "'get'", 'Did you mean ls-auth trace get?'],
    ['get trace 2545425d67bcf886', "'get'", 'Did you mean ls-auth trace get?'],
    ['search --service checkout', "'search'", 'Did you mean ls-auth trace search?'],
    ['list', "'list'", 'Did you mean ls-auth profile list or ls-auth audit list?'],
    ['trace 2545425d67bcf886', "'2545425d67bcf886'", 'Did you mean ls-auth trace get ID?'],
  ])('%s', async (line, word, hint) => {
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(`error: unknown command ${word}\nhint: ${hint} See: ls-auth `)
  })
})

describe('a word too many: the line that was probably meant, to copy', () => {
  it.each([
    ['logout work', 'logout --profile work'],
    ['status work', 'status --profile work'],
    ['--json whoami work', '--json whoami --profile work'],
    ['check groups=ops', 'check --group ops'],
    ['check group ops', 'check --group ops'],
    ['check --group ops dev', 'check --group ops --group dev'],
    ['trace search service=checkout', 'trace search --service checkout'],
    ['trace search errors', 'trace search --error'],
    ['trace search http.route=/cart', 'trace search --attr http.route=/cart'],
    ['trace search --name POST /checkout --limit 2', "trace search --name 'POST /checkout' --limit 2"],
    ['trace search --min 400 ms', 'trace search --min 400ms'],
    [
      'trace get 2545425d67bcf886 ecee1cce9fa58e64 --plain',
      'trace get 2545425d67bcf886 --span ecee1cce9fa58e64 --plain',
    ],
    ['trace get trace 2545425d67bcf886', 'trace get 2545425d67bcf886'],
  ])('%s', async (line, meant) => {
    await world.writeConfig(PROFILE)
    const { exit, stdout, stderr } = await world.type(`ls-auth ${line}`)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain('too many arguments')
    expect(stderr).toMatch(
      line.startsWith('--json')
        ? `"hint":"Did you mean: ls-auth ${meant}"`
        : `hint: Did you mean: ls-auth ${meant}\n`,
    )
  })

  it.each(['logout', 'whoami'])('%s: no guess where no profile is called so', async (command) => {
    await world.writeConfig(PROFILE)
    const { stderr } = await world.type(`ls-auth ${command} wrok-of-mine`)
    expect(stderr).toContain(`hint: See: ls-auth ${command} --help\n`)
  })

  it.each([
    ['trace search --file a.json b.json', 'trace search'],
    ['trace get a.json c.json', 'trace get'],
  ])('%s: the name of a file is no option', async (line, command) => {
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect(exit).toBe(2)
    expect(stderr).toContain('too many arguments')
    expect(stderr).toContain(`hint: See: ls-auth ${command} --help\n`)
  })

  it('a token is not repeated', async () => {
    const { stderr } = await world.type('ls-auth whoami token=secret-of-alice')
    expect(stderr).toContain('hint: See: ls-auth whoami --help\n')
    expect(stderr).not.toContain('secret-of-alice')
  })

  it('several ids: the way for many', async () => {
    const { stderr } = await world.type('ls-auth trace get 2545425d67bcf886 4032789a7931e6baca913d51ce8751c8')
    expect(stderr).toContain('hint: For many traces: ls-auth trace get --ids FILE\n')
  })
})

describe('words of other tools', () => {
  it.each([
    ['-p work whoami', 'Did you mean --profile?'],
    ['whoami -profile work', 'Did you mean --profile?'],
    ['-v', 'Did you mean --version?'],
    ['trace search --operation checkout', 'Did you mean --name?'],
    ['trace search --attribute a=b', 'Did you mean --attr?'],
    ['trace search --min-duration 5ms', 'Did you mean --min?'],
    ['whoami -o json', 'Did you mean --json?'],
    ['status -ojson', 'Did you mean --json?'],
    ['profile list --output=json', 'Did you mean --json?'],
    ['status -o table', 'Did you mean --json?'],
    ['trace list', 'Did you mean ls-auth trace search?'],
    ['trace show 2545425d67bcf886', 'Did you mean ls-auth trace get?'],
    ['profile unset project', 'Did you mean ls-auth profile set NAME --unset?'],
    ['config set project prod', 'Did you mean ls-auth profile?'],
    ['2545425d67bcf886', 'Did you mean ls-auth trace get ID?'],
    ['profile work', 'Did you mean ls-auth profile use work or ls-auth profile show work?'],
  ])('%s', async (line, hint) => {
    await world.writeConfig(PROFILE)
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect(exit).toBe(2)
    // Who asks for JSON has it of the error as well.
    expect(stderr.replace('"hint":"', 'hint: ')).toContain(`hint: ${hint} See: ls-auth `)
  })
})

describe('a trace in a file', () => {
  const ID = '2545425d67bcf886'
  it.each([
    ['trace get --file one.json', 'trace get one.json'],
    ['trace get --file=one.json --error', 'trace get one.json --error'],
    ['trace get --error --from-file one.json', 'trace get --error one.json'],
    ['trace get --file "my trace.json"', "trace get 'my trace.json'"],
    ['trace get --file', 'trace get FILE'],
    [`trace get ${ID} --file one.json`, `trace get --trace ${ID} one.json`],
    [`trace get --file one.json ${ID}`, `trace get one.json --trace ${ID}`],
    ['trace view --file one.json', 'trace view one.json'],
    ['trace diff --file one.json --file two.json', 'trace diff one.json two.json'],
    [`trace diff ${ID} --file two.json`, `trace diff ${ID} two.json`],
  ])('%s', async (line, meant) => {
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect(exit).toBe(2)
    expect(stderr).toMatch(/^error: unknown option '--(from-)?file(=one\.json)?'\n/)
    expect(stderr).toContain(`\nhint: Did you mean: ls-auth ${meant}\n`)
  })

  it('a command without one is not told of it', async () => {
    expect((await world.type('ls-auth whoami --file one.json')).stderr).not.toContain('one.json\n')
  })
})

describe('a switch with a value', () => {
  it.each([
    ['trace search --error=true', '--error', 'trace search --error'],
    ['logout --browser=yes --all', '--browser', 'logout --browser --all'],
    ['whoami --json=1', '--json', 'whoami --json'],
    ['trace get a1.json --details=false', '--details', 'trace get a1.json'],
    ['trace get a1.json --details=', '--details', 'trace get a1.json'],
  ])('%s', async (line, flag, meant) => {
    const { exit, stderr } = await world.type(`ls-auth ${line}`)
    expect(exit).toBe(2)
    expect(stderr).toBe(`error: ${flag} takes no value\nhint: Did you mean: ls-auth ${meant}\n`)
  })

  it('a secret in it is not repeated', async () => {
    expect((await world.type('ls-auth whoami --quiet=s3cret')).stderr).not.toContain('s3cret')
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
