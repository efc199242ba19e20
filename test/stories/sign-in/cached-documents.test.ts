import { afterEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

/** The metadata and the keys come from a cache that has kept them for an hour, with the date of then (RFC 9110 §6.6.1). */
async function openBehindCache(headers: Readonly<Record<string, string>>): Promise<Stage> {
  const stage = await openStage()
  stage.provider.tamper = {
    intercept(request, response) {
      if (request.method === 'GET' && /^\/(jwks|\.well-known\/)/.test(request.url ?? '')) {
        response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString())
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      }
      return false
    },
  }
  return stage
}

describe("my provider's documents come from a shared cache that is an hour old", () => {
  let stage: Stage
  afterEach(() => stage.close())

  it('I am signed in: the clock of the provider is that of the answer with the tokens', async () => {
    stage = await openBehindCache({})
    expect(await stage.world.type(stage.login())).toMatchObject({ exit: 0, stdout: '' })
    expect((await stage.world.type('ls-auth token')).exit).toBe(0)
    expect(stage.provider.revocations()).toBe(0)
  })

  it('doctor says no clock wrong where the cache tells the age of what it has kept', async () => {
    stage = await openBehindCache({ age: '3600' })
    expect((await stage.world.type(stage.login())).exit).toBe(0)
    expect((await stage.world.type('ls-auth doctor')).stdout).toMatch(
      /^ok +clock +agrees with the provider$/m,
    )
  })
})
