import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

/** A span that no trace has. */
const MISSING = 'a0000000000000ab'
const STORED = '/public/v0.2/acme/projects/prod/stored-traces'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
  await stage.world.type(stage.login())
})
afterEach(() => stage.close())

const type = (line: string) => stage.world.type(line)
const latest = async () => {
  const text = await readFile(join(stage.world.stateDirectory, 'audit.jsonl'), 'utf8')
  return JSON.parse(text.trim().split('\n').at(-1) as string)
}
const listed = async (id: string) => {
  const { stdout } = await type(`ls-auth audit list --trace ${id} --json`)
  return (JSON.parse(stdout) as { path: string; span_id: string }[]).map(({ span_id }) => span_id)
}

describe('a trace that is asked for by one of its spans', () => {
  it('is in the record by that, and the id of the trace where it is known', async () => {
    const { spanId } = stage
    await type(`ls-auth api "${STORED}?span-id=${spanId.toUpperCase()}&token=x"`)
    expect(await latest()).toMatchObject({ path: STORED, span_id: spanId, trace_id: null, status: 200 })
    expect(JSON.stringify(await latest())).not.toContain('token=')
    await type(`ls-auth trace get ${spanId}`)
    const { trace_id, span_id } = await latest()
    expect([span_id, trace_id]).toEqual([spanId, expect.stringMatching(/^[0-9a-f]{16,32}$/)])
    expect(await listed(spanId)).toEqual([spanId, spanId])
    // The first of the two does not know the trace; the second says that it is the same.
    expect(await listed(trace_id)).toEqual([spanId, spanId])
    expect(await listed('4bf92f3577b34da6a3ce929d0e0e4736')).toEqual([])
    expect((await type(`ls-auth audit list --trace ${spanId}`)).stdout).toContain(`  of span ${spanId}  `)
  })

  it('is in the record though it is missing or refused', async () => {
    expect((await type(`ls-auth trace get ${MISSING}`)).exit).not.toBe(0)
    expect(await latest()).toMatchObject({ span_id: MISSING, trace_id: null, status: 404 })
    expect(await listed(MISSING)).not.toEqual([])
  })
})
