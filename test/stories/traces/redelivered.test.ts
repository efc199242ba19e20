import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  const span = (spanId: string, parentSpanId: string | undefined, millis: number, status = {}) => ({
    ...{ traceId: 'ab'.repeat(16), spanId: spanId.repeat(8), name: spanId, status },
    ...(parentSpanId && { parentSpanId: parentSpanId.repeat(8) }),
    ...{ startTimeUnixNano: '1000000000', endTimeUnixNano: String(1_000_000_000 + millis * 1_000_000) },
  })
  const attributes = [
    { key: 'service.name', value: { stringValue: 'shop' } },
    { key: 'api_key', value: { stringValue: 'k-1' } },
  ]
  const resource = { attributes }
  const sent = {
    resource,
    scopeSpans: [{ spans: [span('a1', undefined, 100), span('b1', 'a1', 35, { code: 2 })] }],
  }
  await writeFile(join(world.home, 'once.json'), JSON.stringify({ resourceSpans: [sent] }))
  await writeFile(join(world.home, 'again.json'), JSON.stringify({ resourceSpans: [sent, sent] }))
})
afterAll(() => world.close())

const type = (line: string) =>
  world.type(`ls-auth trace ${line.replace(/\w+\.json/g, (name) => join(world.home, name))}`)

describe('an exporter has delivered the same spans twice', () => {
  const note = '2 duplicate spans were dropped'

  it('breakdown counts each once, and says so', async () => {
    const once = await type('breakdown --file once.json')
    const again = await type('breakdown --file again.json')
    expect(again).toMatchObject({ exit: 0, stdout: once.stdout, stderr: `note: ${note}\n` })
    const json = await type('breakdown --file again.json --json')
    expect(JSON.parse(json.stdout)).toMatchObject({ spans: 2, errors: 1, redelivered_spans: 2 })
  })

  it('get shows each once, and writes all as they were reported', async () => {
    const { stdout } = await type('get again.json')
    expect(stdout).toContain('100ms · 2 spans · ')
    expect(stdout).toContain(`\n${note}\n`)
    expect(stdout).not.toContain('share an id')
    expect(stdout).not.toContain('masked')
    const written = await type('get again.json --json')
    expect(JSON.parse(written.stdout).spans).toHaveLength(4)
  })

  it('diff compares it as the trace that came once', async () => {
    const { stdout, stderr } = await type('diff once.json again.json --json')
    expect(JSON.parse(stdout)).toMatchObject({ spans_a: 2, spans_b: 2 })
    expect(stderr).toContain(`note: B: ${note}\n`)
  })

  it('why counts each once', async () => {
    const { stdout, stderr } = await type('why --error --file again.json --json')
    expect(JSON.parse(stdout)).toMatchObject({ selection_count: 1, baseline_count: 1 })
    const list = await type('why --error --file again.json')
    expect(list.stderr).toContain(`note: ${note}\n`)
    expect(stderr).toContain(`note: ${note}\n`)
  })
})
