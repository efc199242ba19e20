import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type JaegerApi, type JaegerMode, startJaegerApi } from '../../world/jaeger-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = makeTrace({ seed: 7 })
const CUT = 'trace has more than 20 spans, showing first 20 spans only'

let world: World
let jaeger: JaegerApi
const serve = async (traces: readonly TraceData[]) => {
  jaeger = await startJaegerApi({ traces })
  await world.writeConfig(`[profiles.j]\nbackend = "jaeger"\napi = "${jaeger.url}"\nauthorization = "none"\n`)
}
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await jaeger.close()
  await world.close()
})

describe.each<JaegerMode>(['v3', 'v2'])('what Jaeger itself says about a trace (%s)', (mode) => {
  it('one that it cut is said to be a part, in the drawing and as data', async () => {
    await serve([trace])
    jaeger.mode = mode
    jaeger.maxTraceSize = 20
    const drawn = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(drawn.stdout).toContain(`incomplete trace: ${CUT}`)
    const data = await world.type(`ls-auth trace get ${trace.traceId} --json`)
    expect(JSON.parse(data.stdout)).toMatchObject({ spanCount: 20, partial: CUT })
  })

  it('saved and read again it still is, whatever the format keeps it in', async () => {
    await serve([trace])
    jaeger.mode = mode
    jaeger.maxTraceSize = 20
    for (const format of ['json', 'jaeger', 'otlp']) {
      const saved = await world.type(`ls-auth trace get ${trace.traceId} -o ${format}`)
      const path = join(world.home, format)
      await writeFile(path, saved.stdout)
      const again = await world.type(`ls-auth trace get ${path} --json`)
      expect({ format, ...JSON.parse(again.stdout) }).toMatchObject({ format, partial: CUT })
    }
  })
})
