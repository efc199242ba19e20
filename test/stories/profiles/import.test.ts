import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

/** "IT has sent me a file": nothing listens at its addresses. */
let world: World
let file: string
beforeEach(async () => {
  world = await openWorld()
  file = join(world.home, 'team.toml')
  await writeFile(file, TEAM)
})
afterEach(() => world.close())

const TEAM = `[profiles.work]
issuer = "https://id.example.test"
client_id = "ls-auth-cli"
api = "https://traces.example.test"
organization = "acme"
project = "prod"
`
const config = () => readFile(world.configFile, 'utf8')

describe('a profile from a file', () => {
  it('has its name from there, needs no network, and what comes next is to sign in', async () => {
    const { exit, stderr } = await world.type(`ls-auth profile add --from ${file} --yes`)
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: `This profile signs in at  https://id.example.test
and sends tokens to       https://traces.example.test
Added the profile work (OpenID Connect provider) to ${world.configFile}.
Nothing was sent to https://id.example.test: the sign-in will show whether it answers.
Then: ls-auth login --profile work
`,
    })
    expect(await config()).toBe(TEAM)
  })

  it('with parameters of the sign-in: they are shown, because they may choose who signs the person in', async () => {
    const hidden = '"kc_idp_hint=evil\\u202e", "note=x"'
    await writeFile(
      file,
      `${TEAM}authorization_parameters = ["connection=Evil Corp", "organization=org_1"]\n`,
    )
    const { exit, stderr } = await world.type(`ls-auth profile add --from ${file}`)
    expect(stderr).toContain(`This profile signs in at  https://id.example.test
with the parameters       connection=Evil Corp
                          organization=org_1
and sends tokens to       https://traces.example.test
error: cannot ask for confirmation`)
    expect(exit).toBe(2)
    await writeFile(file, `${TEAM}authorization_parameters = [${hidden}]\n`)
    expect((await world.type(`ls-auth profile add --from ${file}`)).stderr).toContain(
      'with the parameters       kc_idp_hint=evil\\u{202e}\n                          note=x\n',
    )
  })

  it.each([
    ['no list', '"hd=a"', 'hd=a'],
    ['long', `["hd=${'a'.repeat(3000)}"]`, `hd=${'a'.repeat(196)}…`],
    ['a token', '["hd=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"]', 'hd=(hidden)'],
  ])('a parameter of any shape is shown: %s', async (_, value, shown) => {
    await writeFile(file, `${TEAM}authorization_parameters = ${value}\n`)
    const { stderr } = await world.type(`ls-auth profile add --from ${file}`)
    expect(stderr).toContain(`\nwith the parameters       ${shown}\nand sends tokens to `)
  })
})

describe('what this version does not know in a profile from a file', () => {
  const add = async (text: string) => {
    await writeFile(file, text)
    return world.type(`ls-auth profile add --from ${file} --yes`)
  }
  const ignored = (key: string) =>
    `note: ${file}: the setting "${key}" is unknown in this version and was ignored`

  it('a policy that is misspelt is told before anything is confirmed, and kept', async () => {
    const text = `${TEAM}\n[profiles.work.expects]\ngroups = ["ops"]\n`
    await writeFile(file, text)
    const unsure = await world.type(`ls-auth profile add --from ${file}`)
    expect(unsure.stderr).toContain(`${ignored('expects')}. Did you mean expect?\nThis profile signs in at`)
    const { exit, stderr } = await add(text)
    expect(stderr).toContain(`${ignored('expects')}. Did you mean expect?\n`)
    expect(exit).toBe(0)
    expect((await config()).replaceAll(/\[ "|" \]/g, (one) => one.replace(' ', ''))).toContain(
      '[profiles.work.expects]\ngroups = ["ops"]\n',
    )
  })

  it.each(['client_secret', 'api_password'])('a secret (%s) is not kept, and that is said', async (key) => {
    const { exit, stderr } = await add(`${TEAM}${key} = "hunter2"\n`)
    expect({ exit, config: await config() }).toEqual({ exit: 0, config: TEAM })
    expect(stderr).toContain(`note: the setting "${key}" was not taken: a secret is never imported\n`)
    expect(stderr).not.toContain('hunter2')
  })
})

describe('--replace', () => {
  const old = `[profiles.work]\nissuer = "https://old.example.test"\nclient_id = "x"\ntenant = "gone"\nstore = "file"\nproxy = "http://proxy.example.test:3128"\n`
  beforeEach(() => world.writeConfig(`# mine\n${old}\n[profiles.other]\n`))

  it('is named where the profile already exists', async () => {
    const { exit, stderr } = await world.type(`ls-auth profile add --from ${file} --yes`)
    expect(exit).toBe(2)
    expect(stderr).toContain(`  to replace it: ls-auth profile add --from ${file} --yes --replace\n`)
    expect(await config()).toContain('old.example.test')
  })

  it('takes the place of the old one, but for what belongs to this machine', async () => {
    const { exit, stderr } = await world.type(`ls-auth profile add --from ${file} --yes --replace`)
    expect(exit, stderr).toBe(0)
    expect(stderr).toContain('Replaced the profile work (OpenID Connect provider) in ')
    expect(await config()).toContain('# mine\n')
    expect(await config()).toContain('[profiles.other]')
    const { settings } = JSON.parse((await world.type('ls-auth profile show work --json')).stdout)
    const values = ['issuer', 'client_id', 'tenant', 'store', 'proxy'].map((key) => settings[key].value)
    expect(values).toEqual([
      'https://id.example.test',
      'ls-auth-cli',
      undefined,
      'file',
      'http://proxy.example.test:3128',
    ])
  })
})
