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
})
