import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.world.writeConfig('')
  await stage.world.type('ls-auth logout --all')
})

const type = (line: string) => stage.world.type(line)
const first = (flags: string) =>
  type(
    `ls-auth login --issuer ${stage.provider.issuer} --client-id ${stage.provider.clientId} --port 0 ` +
      `--api ${stage.gateway.url} --organization acme --project prod ${flags}`,
  )
const saved = async () =>
  /scopes = \[ ?(.*?) ?\]/.exec(await readFile(stage.world.configFile, 'utf8'))?.[1]?.replaceAll('"', '')
const PRESET = 'openid, profile, email, offline_access'

describe('"the gateway wants one more scope"', () => {
  it('--scope adds it to what is asked for anyway, and the profile keeps both', async () => {
    expect(await first('--scope traces:read')).toMatchObject({ exit: 0 })
    expect(await saved()).toBe(`${PRESET}, traces:read`)
    expect((await type('ls-auth check --scope openid --scope offline_access --scope traces:read')).exit).toBe(
      0,
    )
  })

  it('one after the other, and none twice', async () => {
    await first('')
    await type('ls-auth login --scope traces:read')
    await type('ls-auth login --scope "groups traces:read" --scope openid')
    expect(await saved()).toBe(`${PRESET}, traces:read, groups`)
  })

  it('--scopes replaces them', async () => {
    await first('--scope traces:read')
    await type('ls-auth login --scopes "openid offline_access"')
    expect(await saved()).toBe('openid, offline_access')
    await type('ls-auth login --scopes openid --scope email')
    expect(await saved()).toBe('openid, email')
  })

  it('the hint of a refusal gets it, and then the traces are there', async () => {
    await first('--scope groups --profile work')
    const refused = await type('ls-auth services --profile work')
    expect(refused.exit).toBe(11)
    const command = /ls-auth login.*/.exec(refused.stderr)?.[0] as string
    expect(command).toBe('ls-auth login --profile work --scope traces:read')
    expect((await type(command)).exit).toBe(0)
    expect((await type('ls-auth services --profile work')).stdout).not.toBe('')
  })

  it('token --scope asks for a narrower token and changes no profile', async () => {
    await first('--scope traces:read')
    expect((await type('ls-auth token --narrow --scope traces:read')).exit).toBe(0)
    expect(await saved()).toBe(`${PRESET}, traces:read`)
  })
})
