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
    expect(stderr).toContain('API      not set yet: ls-auth login --profile work --api URL\n')
    expect(stderr).not.toContain('lightstep.com')
    const named = await world.type(commandIn(stderr).replace('URL', stage.gateway.url))
    expect(named).toMatchObject({ exit: 0 })
    expect(named.stderr).toContain(`API      ${stage.gateway.url}/`)
  })
})

describe('"Nobody signs in to my local Jaeger"', () => {
  it('commands for people who sign in say so, and what works', async () => {
    const jaeger = await startJaegerApi({ traces: [makeTrace({ seed: 7 })] })
    await world.type(`ls-auth profile add local --backend jaeger --api ${jaeger.url} --authorization none`)
    for (const command of ['login', 'whoami', 'token', 'check', 'logout']) {
      const { exit, stderr } = await world.type(`ls-auth ${command}`)
      expect({ exit, stderr }, command).toEqual({
        exit: 3,
        stderr:
          'error: profile local needs no sign-in: its API takes no token\n' +
          `hint: Read traces right away: ls-auth services${command === 'logout' ? '' : `. If the API wants a sign-in: ls-auth login ${jaeger.url}`}\n`,
      })
    }
    // Without that line in the file the same words: an API of this machine is asked without a token.
    await world.editConfig((text) => text.replace('authorization = "none"', ''))
    expect(await world.type('ls-auth whoami')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('profile local needs no sign-in'),
    })
    expect(await world.type('ls-auth services')).toMatchObject({ exit: 0 })
    await jaeger.close()
  })
})
