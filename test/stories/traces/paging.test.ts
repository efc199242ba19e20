import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

describe('a list that goes over pages', () => {
  const names = Array.from({ length: 250 }, (_, i) => `svc-${String(i).padStart(3, '0')}`)
  const everything = () => [...new Set([...names, ...stage.trace.spans.map(({ service }) => service)])].sort()
  const statuses = () => stage.gateway.log.map(({ status }) => status)
  beforeEach(async () => {
    stage.api.services = names
    expect(await stage.world.type(stage.login())).toMatchObject({ exit: 0 })
  })

  it('the token of page 2 is refused once: renewed, asked again, nothing lost and nothing twice', async () => {
    const before = stage.provider.refreshCount()
    stage.gateway.distrusts = (n) => n === 2
    const outcome = await stage.world.type('ls-auth services')
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout.trim().split('\n')).toEqual(everything())
    expect(statuses()).toEqual([200, 401, 200, 200])
    expect(stage.provider.refreshCount()).toBe(before + 1)
  })

  it('the token runs out between two pages: the next one goes out with a new token', async () => {
    const before = stage.provider.refreshCount()
    stage.api.mode = (n) => {
      if (n === 1) stage.world.clockOffset += 2 * 3600_000
      return 'normal'
    }
    const outcome = await stage.world.type('ls-auth services')
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stdout.trim().split('\n')).toEqual(everything())
    expect(statuses()).toEqual([200, 200, 200])
    expect(stage.provider.refreshCount()).toBeGreaterThan(before)
  })

  it('refused again with the new token: exit 11, no half a list', async () => {
    stage.gateway.distrusts = (n) => n >= 2
    expect(await stage.world.type('ls-auth services')).toMatchObject({ exit: 11, stdout: '' })
  })
})
