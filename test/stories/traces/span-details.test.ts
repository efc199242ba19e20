import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHARGE_SECRET, CHARGE_SPAN, CHARGE_TRACE, failedCharge } from '../../world/trace/failed-charge.ts'
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

describe('numbers beyond what JSON holds look in a list as they do alone', () => {
  const MOST = '9223372036854775807'
  const values = [
    { intValue: MOST },
    { doubleValue: 'NaN' },
    { doubleValue: '-Infinity' },
    { doubleValue: 1.5 },
  ]
  const texts = [MOST, 'NaN', '-Infinity', '1.5']
  const list = { arrayValue: { values: [...values, { stringValue: MOST }, { boolValue: true }, {}] } }
  const map = {
    kvlistValue: {
      values: [
        { key: 'a "b"', value: list },
        { key: '', value: values[1] },
      ],
    },
  }
  beforeEach(async () => {
    const attributes = [
      ...values.map((value, i) => ({ key: `one.${i}`, value })),
      { key: 'bytes', value: { arrayValue: { values: [{ bytesValue: 'AQL/' }] } } },
      { key: 'list', value: list },
      { key: 'map', value: map },
    ]
    const span = {
      traceId: CHARGE_TRACE,
      spanId: '0000000000000001',
      name: 'x',
      startTimeUnixNano: '1790000000000000000',
      endTimeUnixNano: '1790000000001000000',
      attributes,
    }
    await writeFile(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
  })

  it('JSON has no such numbers: there they are texts, alone and in a list', async () => {
    const { attributes } = JSON.parse((await get('-o json')).stdout).spans[0]
    expect(attributes['one.0']).toBe(MOST)
    expect(attributes.list).toEqual([...texts.slice(0, 3), 1.5, MOST, true, null])
  })
})
