import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BACKEND_IDS } from '../../../src/backends/table.ts'
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
const BACKENDS = `Choose one of: ${BACKEND_IDS.join(', ')}.`

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

  it.each([
    [
      "--reason 'INC-7 ü'",
      '--reason must be printable ASCII, at most 200 characters',
      'Use ASCII only, or fewer characters.',
    ],
    ["--reason ''", '--reason is empty', 'Give it a value, or drop it.'],
    ["--api ' '", '--api is empty', 'Give it a value, or drop it.'],
  ])('%s: what can be typed in its place', async (flag, error, hint) => {
    await world.writeConfig(PROFILE)
    const { exit, stderr } = await world.type(`ls-auth services ${flag}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(`error: ${error}\nhint: ${hint}\n`)
  })
})
