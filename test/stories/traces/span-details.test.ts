import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CHARGE_SECRET, CHARGE_SPAN, failedCharge } from '../../world/trace/failed-charge.ts'
import { openWorld, type World } from '../../world/world.ts'

let world: World
let file: string
beforeEach(async () => {
  world = await openWorld({ columns: 80 })
  file = join(world.home, 'charge.json')
  await writeFile(file, JSON.stringify(failedCharge()))
})
afterEach(() => world.close())

const get = (flags: string) => world.type(`ls-auth trace get ${file} ${flags}`)

/** The screens of test/golden hold all else of a span. */
it('--full: the whole stack of an exception', async () => {
  const whole = (await get(`--span ${CHARGE_SPAN} --full`)).stdout
  expect(whole).toContain('at com.shop.payment.Step30.call(Step30.java:39)')
  expect(whole).toContain('... 31 more')
  expect(whole).not.toContain('--full')
})

it('a secret among the attributes is masked, and shown when asked', async () => {
  const { stdout, stderr } = await get(`--span ${CHARGE_SPAN}`)
  expect(stdout).toMatch(/\[masked\]/)
  expect(stdout + stderr).not.toContain(CHARGE_SECRET)
  expect(stderr).toContain('--show-sensitive shows them')
  expect((await get(`--span ${CHARGE_SPAN} --show-sensitive`)).stdout).toContain(CHARGE_SECRET)
})
