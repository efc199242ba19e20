import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

// A sign-in that is kept by a passphrase: a person types it once for a command, however much the command does.

const PASSPHRASE = 'correct horse battery'
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  stage.world.stdin = [PASSPHRASE, PASSPHRASE]
  expect((await stage.world.type(stage.login('--store file'))).exit).toBe(0)
})
afterAll(() => stage.close())

it.each([
  ['a trace', (spanId: string) => `ls-auth trace get ${spanId}`],
  ['two traces', (spanId: string) => `ls-auth trace diff ${spanId} ${spanId}`],
  ['all checks', () => 'ls-auth doctor'],
  ['attacks on the gateway, too', () => 'ls-auth doctor --gateway'],
])('%s: it is asked for once', async (_, lineFor) => {
  const { world } = stage
  world.stdin = [PASSPHRASE]
  const { exit, stdout, stderr } = await world.type(lineFor(stage.spanId))
  expect(stdout + stderr).not.toContain('stdin is not a terminal')
  expect({ exit, left: world.stdin }).toEqual({ exit: 0, left: [] })
})

it('the next command asks again', async () => {
  const { world } = stage
  world.stdin = []
  const { exit, stderr } = await world.type(`ls-auth trace get ${stage.spanId}`)
  expect(exit).toBe(8)
  expect(stderr).toContain('cannot ask for the passphrase of this session: stdin is not a terminal')
})
