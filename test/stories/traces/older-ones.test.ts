import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runsOf } from '../../property-runs.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import type { TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "There are more than the search shows. I do what its note says until there is none." */

const SECOND = 1_790_000_000

/** Read anew at each request. */
let traces: TraceData[]
let world: World
let tempo: TempoApi
beforeEach(async () => {
  traces = []
  world = await openWorld()
  tempo = await startTempoApi({ traces })
  await world.type(`ls-auth profile add local --backend tempo --api ${tempo.url}`)
})
afterEach(async () => {
  await tempo.close()
  await world.close()
})

/** One trace of one span for each start, in microseconds after {@link SECOND}. */
const tracesAt = (starts: readonly number[]): TraceData[] =>
  starts.map((start, n) => {
    const startMicros = SECOND * 1e6 + start
    const id = (digits: number) => (n + 1).toString(16).padStart(digits, '0')
    const span = {
      spanId: id(16),
      name: 'get',
      service: 'shop',
      kind: 'server',
      error: false,
      tags: {},
    } as const
    return { traceId: id(32), spans: [{ ...span, startMicros, endMicros: startMicros + 10 }] }
  })

/** The line that a note leads to: the older ones where it has it, else the larger limit. */
function nextLine(typed: string, stderr: string): string | undefined {
  // This API searches by whole seconds: nothing is left out, and what comes again is said.
  if (typed.includes('--profile local') && stderr.includes('older ones'))
    expect(stderr).toContain('or the older ones (may repeat the last of these and miss late traces):\n')
  const older = /^ {2}(ls-auth trace search .*)$/m.exec(stderr)?.[1]
  const [, limit] = /there may be more: --limit (\d+)/.exec(stderr) ?? []
  return older ?? (limit && typed.replace(/--limit \d+/, `--limit ${limit}`))
}

/** The pages of a walk by the notes; a walk that does not end has more of them than any that does. */
async function walk(first: string): Promise<string[][]> {
  const pages: string[][] = []
  for (let line: string | undefined = first; line !== undefined && pages.length < 60; ) {
    const { exit, stdout, stderr } = await world.type(line)
    expect({ exit, stderr }).toMatchObject({ exit: 0 })
    pages.push(JSON.parse(stdout).traces.map(({ traceId }: { traceId: string }) => traceId))
    line = nextLine(line, stderr)
  }
  return pages
}

const range = '--from 2026-09-21T14:00:00Z --to 2026-09-21T15:00:00Z'
const places: Record<string, () => Promise<string>> = {
  Tempo: async () => `--profile local ${range}`,
  'a file': async () => {
    const path = join(world.home, 'traces.json')
    await writeFile(path, JSON.stringify(toOtlpDocument(traces, 'hex')))
    return `--file ${path}`
  },
}

/** Microseconds: few distinct ones in few seconds, so that many traces share a moment or a second. */
const starts = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 1, 300, 900, 1000, 500_000, 999_999))
    .map(([second, micros]) => second * 1e6 + micros),
  { minLength: 1, maxLength: 30 },
)

describe.each(Object.entries(places))('in %s', (_, open) => {
  it('a walk by the notes ends, and sees every trace', async () => {
    await fc.assert(
      fc.asyncProperty(starts, fc.integer({ min: 1, max: 6 }), async (moments, limit) => {
        traces.splice(0, traces.length, ...tracesAt(moments))
        const pages = await walk(`ls-auth trace search --json --limit ${limit} ${await open()}`)
        expect(pages.length).toBeLessThan(60)
        for (const page of pages) expect(new Set(page).size).toBe(page.length)
        expect(new Set(pages.flat())).toEqual(new Set(traces.map(({ traceId }) => traceId)))
      }),
      { numRuns: runsOf(30) },
    )
  })

  it('no page is the same as the one before', async () => {
    traces.push(...tracesAt([...Array(7).fill(400_000), 100, 2e6]))
    const pages = await walk(`ls-auth trace search --json --limit 3 ${await open()}`)
    for (const [n, page] of pages.entries()) expect(page).not.toEqual(pages[n - 1])
    expect(new Set(pages.flat()).size).toBe(9)
  })
})
