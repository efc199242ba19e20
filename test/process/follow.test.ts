import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type Machine, openMachine } from '../world/machine.ts'
import { startTempoApi, type TempoApi } from '../world/tempo-api.ts'
import { makeTrace, movedTo, type TraceData } from '../world/trace-data.ts'

/** The built program, whose output somebody reads while it runs. */
let machine: Machine
let tempo: TempoApi
const traces: TraceData[] = []
beforeAll(async () => {
  machine = await openMachine()
  tempo = await startTempoApi({ traces })
})
beforeEach(() => {
  traces.splice(0)
})
afterAll(() => Promise.all([machine.close(), tempo.close()]))

let seeds = 0
const happen = () => {
  seeds += 1
  traces.push(movedTo(Date.now(), makeTrace({ seed: seeds })))
}
const search = () =>
  ['trace', 'search', '--follow', '--interval', '1s', '-o', 'ndjson'].concat(
    ['--backend', 'tempo', '--api', tempo.url],
    ['--authorization', 'none'],
  )

describe('trace search --follow', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'writes each trace at once into a pipe, and ends by %s',
    async (signal) => {
      happen()
      const running = machine.start(search())
      await running.printed(/"traceId".*\n/)
      happen()
      await running.printed(/"traceId".*\n.*"traceId".*\n/)
      running.child.kill(signal)
      expect(await running.ended).toMatchObject({ exit: null, signal, stderr: '' })
    },
  )
})
