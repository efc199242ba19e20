import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { makeTls } from '../../world/tls.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
let here: string
let elsewhere: string
beforeAll(async () => {
  provider = await startProvider()
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  here = join(world.home, 'here')
  elsewhere = join(world.home, 'elsewhere')
  for (const directory of [here, elsewhere, join(here, 'pems')]) await mkdir(directory)
  const { ca, key } = await makeTls()
  await writeFile(join(here, 'pems', 'ca.pem'), ca)
  await writeFile(join(world.home, 'client.key'), key, { mode: 0o600 })
})
afterAll(async () => {
  await world.close()
  await provider.close()
})
const file = () => readFile(world.configFile, 'utf8')

describe('I type a path from the directory that I am in, and am in another one later', () => {
  it('ls-auth login --store-key-file: the session is found again', async () => {
    world.workingDirectory = here
    const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --store file --store-key-file my.key`
    expect((await world.type(login)).exit).toBe(0)
    expect(await file()).toContain(`store_key_file = "${join(here, 'my.key')}"`)
    world.workingDirectory = elsewhere
    expect((await world.type('ls-auth token')).exit).toBe(0)
  })

  it('ls-auth profile set ca_file', async () => {
    world.workingDirectory = here
    const { exit, stderr } = await world.type('ls-auth profile set ca_file pems/ca.pem')
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: `profile default: ca_file = ${join(here, 'pems', 'ca.pem')}\n`,
    })
    expect(await file()).toContain(`ca_file = "${join(here, 'pems', 'ca.pem')}"`)
  })

  it('ls-auth profile add --store-key-file, and LS_AUTH_STORE_KEY_FILE', async () => {
    world.workingDirectory = here
    const add = `ls-auth profile add two --issuer ${provider.issuer} --client-id x --store file`
    expect(await world.type(`${add} --store-key-file ../two.key`)).toMatchObject({ exit: 0 })
    expect(await file()).toContain(`store_key_file = "${join(world.home, 'two.key')}"`)
    world.variables.LS_AUTH_STORE_KEY_FILE = 'three.key'
    const { stdout } = await world.type('ls-auth profile show two')
    delete world.variables.LS_AUTH_STORE_KEY_FILE
    expect(stdout).toContain(join(here, 'three.key'))
  })

  it('what begins with ~/ stays so: it is the same everywhere', async () => {
    await world.type('ls-auth profile set client_key ~/client.key')
    expect(await file()).toContain('client_key = "~/client.key"')
  })
})

describe('a settings file that names a path from nowhere', () => {
  it.each([
    ['store_key_file = "my.key"', 'store_key_file must be a whole path', 'my.key'],
    ['ca_file = "./ca.pem"', 'ca_file must be a whole path', './ca.pem'],
    ['client_cert = "../c.pem"', 'client_cert must be a whole path', '../c.pem'],
    ['workload = { source = "file:proof" }', 'workload.source = "file:…" must be a whole path', 'proof'],
    [
      'workload = { source = "none", client_auth = "private_key_jwt", assertion_key = "key.pem" }',
      'workload.assertion_key must be a whole path',
      'key.pem',
    ],
  ])('%s', async (line, message, path) => {
    await world.writeConfig(`[profiles.work]\nissuer = "https://id.example"\nclient_id = "x"\n${line}\n`)
    const { exit, stderr } = await world.type('ls-auth token --profile work')
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr:
        `error: ${world.configFile}: ${message}\n` +
        'hint: Write it from the root, or from ~/ on. A path without that would name another file in each directory.\n' +
        `  it is "${path}"\n  in the profile work\n`,
    })
  })
})
