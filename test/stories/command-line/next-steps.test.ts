import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

let stage: Stage
let world: World
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => stage.provider.secrets, columns: 60 })
})
afterEach(() => world.close())

const signIn = (flags = '') =>
  world.type(
    `ls-auth login --issuer ${stage.provider.issuer} --client-id ${stage.provider.clientId} --port 0 --profile work ${flags}`,
  )
const commandIn = (text: string): string => /ls-auth (?:login|logout) .*/.exec(text)?.[0] ?? ''

describe('"I signed in. Which API do I read now?"', () => {
  it('a sign-in without an API names none, and says how to', async () => {
    const { exit, stderr } = await signIn()
    expect(exit).toBe(0)
    expect(stderr).toContain('API      none is named yet: ls-auth login --profile work --api URL\n')
    expect(stderr).not.toContain('lightstep.com')
    const named = await world.type(commandIn(stderr).replace('URL', stage.gateway.url))
    expect(named).toMatchObject({ exit: 0 })
    expect(named.stderr).toContain(`API      ${stage.gateway.url}/`)
  })

  it('as JSON it is null', async () => {
    expect(JSON.parse((await signIn('--json')).stdout)).toMatchObject({ profile: 'work', api: null })
  })

  it('profile show has no host that nobody named', async () => {
    for (const arrange of [async () => {}, signIn]) {
      await arrange()
      expect((await world.type('ls-auth profile show')).stdout).not.toContain('lightstep.com')
      const { settings } = JSON.parse((await world.type('ls-auth profile show --json')).stdout)
      expect(settings.api).toEqual({ source: 'not set' })
    }
  })
})

describe('"I gave the profile another identity provider. Am I still signed in at the old one?"', () => {
  const replace = (flags = '') =>
    world.type(
      `ls-auth profile add work --replace --issuer ${stage.provider.issuer} --client-id other --api ${stage.gateway.url} ${flags}`,
    )

  it('yes, and the way out is said and works', async () => {
    await signIn()
    const { exit, stderr } = await replace()
    expect(exit).toBe(0)
    expect(stderr).toContain('stays')
    expect((await world.type('ls-auth status')).stdout).toContain('(no profile)')
    const out = await world.type(commandIn(stderr))
    expect(out.stderr).toContain('refresh token revoked')
    expect((await world.type('ls-auth status')).stdout).not.toContain('(no profile)')
  })

  it('status says it too', async () => {
    await signIn('--store file --store-key-file ~/k')
    await replace()
    const { stderr } = await world.type('ls-auth status')
    expect(stderr).toMatch(/^work: .* Sign in again: ls-auth login --profile work$/m)
    expect(stderr).toMatch(/^\(no profile\): .* To sign out of it: ls-auth logout --issuer /m)
    const command = commandIn(stderr.split('(no profile)')[1] as string)
    expect((await world.type(command.replace('FILE', '~/k'))).stderr).toContain('refresh token revoked')
    expect((await world.type('ls-auth status')).stdout).not.toContain('(no profile)')
  })

  it('nothing is said where another profile uses the sign-in, or nobody was signed in', async () => {
    await signIn()
    await signIn('--profile second')
    expect((await replace()).stderr).not.toContain('stays')
    expect((await replace()).stderr).not.toContain('stays')
  })
})

describe('"I removed the default profile"', () => {
  it('of three: none is the default now', async () => {
    for (const name of ['a', 'b', 'c'])
      await world.type(`ls-auth profile add ${name} --backend tempo --api http://127.0.0.1:1`)
    const { stderr } = await world.type('ls-auth profile remove a')
    expect(stderr).toContain(
      'No profile is the default now. Profiles: b, c. Use --profile NAME or ls-auth profile use NAME.',
    )
  })
})

describe('"Nobody signs in to my local Jaeger"', () => {
  it('commands for people who sign in say so, and what works', async () => {
    const jaeger = await startJaegerApi({ traces: [makeTrace({ seed: 7 })] })
    await world.type(`ls-auth profile add local --backend jaeger --api ${jaeger.url} --authorization none`)
    for (const command of ['login', 'whoami', 'token', 'check', 'logout']) {
      const { stderr } = await world.type(`ls-auth ${command}`)
      expect(stderr, command).toBe(
        'error: nobody signs in to profile local: its API takes no token\nhint: Read traces right away: ls-auth services\n',
      )
    }
    expect(await world.type('ls-auth services')).toMatchObject({ exit: 0 })
    await jaeger.close()
  })

  it('its profile shows the settings of an API, and none of a sign-in', async () => {
    await world.type(
      'ls-auth profile add local --backend jaeger --api http://127.0.0.1:1 --authorization none',
    )
    const { stdout } = await world.type('ls-auth profile show')
    const names = stdout.split('\n').flatMap((line) => /^[a-z_]+(?= {2})/.exec(line) ?? [])
    expect(names).toEqual(['local', 'backend', 'api', 'authorization'])
  })
})
