import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CHARGE_SECRET,
  CHARGE_SPAN,
  CHARGE_TRACE,
  failedCharge,
  LINKED_SPAN,
  LINKED_TRACE,
  ORDER_SPAN,
} from '../../world/trace/failed-charge.ts'
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

describe('--span shows why it failed', () => {
  it('the most specific text, and where it was said', async () => {
    const { exit, stdout } = await get(`--span ${CHARGE_SPAN}`)
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^ {2}error +redis timeout\n +from exception\.message of the event exception$/m)
    expect(stdout).toMatch(/^ {2}status +error: internal$/m)
  })

  it('what it is, when, how long, and its share of the critical path', async () => {
    const { stdout } = await get(`--span ${CHARGE_SPAN}`)
    expect(stdout).toMatch(/^ {2}service +payment$/m)
    expect(stdout).toMatch(/^ {2}kind +client$/m)
    expect(stdout).toMatch(/^ {2}start +\+100ms, 2026-09-22T\d\d:\d\d:\d\d\.100000Z$/m)
    expect(stdout).toMatch(/^ {2}duration +250ms, self 250ms$/m)
    expect(stdout).toMatch(/^ {2}critical path +250ms, 63% of it$/m)
    expect(stdout).toMatch(new RegExp(`^ {2}span +${CHARGE_SPAN}$`, 'm'))
    expect(stdout).toMatch(new RegExp(`^ {2}trace +${CHARGE_TRACE}$`, 'm'))
    expect(stdout).toMatch(new RegExp(`^ {2}parent +${ORDER_SPAN}$`, 'm'))
  })

  it('the exception: type, message, the first lines of the stack and what caused it', async () => {
    const { stdout } = await get(`--span ${CHARGE_SPAN}`)
    expect(stdout).toMatch(
      /^exception \(\+249ms\)\n {2}java\.net\.SocketTimeoutException\n {2}redis timeout\n/m,
    )
    expect(stdout).toMatch(
      /^ {4}at com\.shop\.payment\.Step20\.call\(Step20\.java:29\)\n {4}and 12 more lines: --full$/m,
    )
    expect(stdout).toMatch(/^ {4}Caused by: java\.io\.IOException: connection reset by/m)
    expect(stdout).not.toContain('Step21')
    expect(stdout).not.toMatch(/\\u\{/)
    const whole = (await get(`--span ${CHARGE_SPAN} --full`)).stdout
    expect(whole).toContain('at com.shop.payment.Step30.call(Step30.java:39)')
    expect(whole).toContain('... 31 more')
    expect(whole).not.toContain('--full')
  })

  it('attributes, sorted and masked', async () => {
    const { stdout, stderr } = await get(`--span ${CHARGE_SPAN}`)
    const keys = [...stdout.matchAll(/^ {2}((?:app|error|http|server)\.\S+)/gm)].map(([, key]) => key)
    expect(keys).toEqual([
      'app.is_vip',
      'app.note',
      'app.retries',
      'app.tried',
      'error.type',
      'http.request.header.authorization',
      'server.address',
    ])
    expect(stdout).toMatch(/^ {2}app\.tried +\["eu-1","eu-2"\]$/m)
    expect(stdout).toMatch(/\[masked\]/)
    expect(stdout + stderr).not.toContain(CHARGE_SECRET)
    expect(stderr).toContain('--show-sensitive shows them')
    expect((await get(`--span ${CHARGE_SPAN} --show-sensitive`)).stdout).toContain(CHARGE_SECRET)
  })

  it('events, links, resource and scope', async () => {
    const { stdout } = await get(`--span ${CHARGE_SPAN}`)
    expect(stdout).toMatch(
      /^events \(2\)\n {2}\+12\.0ms {2}retry\n {4}attempt +2\n {4}reason +no answer\n {2}\+249ms {2}exception \(above\)$/m,
    )
    expect(stdout).toMatch(
      new RegExp(
        `^links \\(1\\)\\n {2}trace ${LINKED_TRACE} {2}span ${LINKED_SPAN}\\n {4}ls-auth trace get ${LINKED_TRACE} --span ${LINKED_SPAN}\\n {4}link\\.why +earlier attempt$`,
        'm',
      ),
    )
    expect(stdout).toMatch(
      /^resource \(3\)\n {2}host\.arch +arm64\n {2}k8s\.pod\.name +payment-7d4c\n {2}service\.name +payment$/m,
    )
    expect(stdout).toMatch(/^ {2}scope +lib-payment 1\.32\.0$/m)
  })
})

it('--span of an inner span: its details, then what is below it', async () => {
  const { stdout } = await get(`--span ${ORDER_SPAN}`)
  const [details, below] = stdout.split(/^this span and below: 2 of 3 spans$/m)
  expect(details).toMatch(/^ {2}critical path +130ms, 33% of it; with what is below it 380ms, 95%$/m)
  expect(details).toMatch(/^resource \(1\)$/m)
  expect(below).toMatch(/✗ POST \/orders[\s\S]*✗ POST card-network/)
  expect(below).toMatch(/where the errors began\n.*edbd7ced52600c13\n +redis timeout$/m)
})

it('--details: the same for each span that is drawn', async () => {
  const { stdout } = await get('--details')
  expect(stdout.match(/^ {2}critical path /gm)).toHaveLength(3)
  expect(stdout).toMatch(/^ {2}way +POST \/checkout > POST \/orders > POST card-network$/m)
  expect(stdout).toMatch(/^ {2}k8s\.pod\.name +payment-7d4c$/m)
  const one = (await get('--details --service payment')).stdout
  expect(one).toContain('k8s.pod.name')
})

describe('--show-ids', () => {
  it('in 80 columns they stand before the rows', async () => {
    const { stdout } = await get('--show-ids')
    expect(stdout).toMatch(/^edbd7ced52600c13 +└ ✗ POST card-/m)
  })
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
