import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpServer, type Listening, listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'
import { compareAnswer, type Request, tracesOf } from '../../world-tests/recorded-compare.ts'

/** `trace why` at the versions of Tempo whose answers were recorded: those of `compare()`, and the one that has no metrics. */
const NOW = Date.parse('2026-09-22T18:00:00Z')
const text = (stringValue: string) => ({ stringValue })

/** Baskets, of which those on one shelf fail, and one other. Numbers of baskets do not fit into a double. */
const requests = Array.from({ length: 48 }, (_, i): Request => {
  const isOnShelf = i % 4 === 1
  return {
    service: i % 8 < 5 ? 'till' : 'kiosk',
    failed: isOnShelf ? i !== 5 : i === 6,
    attributes: {
      'span.shelf': text(isOnShelf ? 'B 7' : `A ${i % 3}`),
      'span.basket.number': { intValue: String(9007199254740993n + BigInt(2 * i)) },
      // Known to one version by name, and not in every span.
      ...(i % 3 > 0 && { 'span.http.route': text(i % 2 === 0 ? '/basket' : '/basket/:id') }),
      ...(i % 5 > 0 && { 'resource.k8s.pod.name': text(`till-${i % 6}`) }),
    },
  }
})

let world: World
let server: Listening
let file: string
let version: '2.10' | '3.0.3' = '2.10'
const asked: URL[] = []
beforeAll(async () => {
  server = await listen(
    httpServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://tempo')
      asked.push(url)
      const isMetrics = url.pathname === '/api/metrics/query_range'
      const times = [1500, 1200, 900, 600, 300].map((seconds) => NOW - seconds * 1000)
      response.writeHead(isMetrics ? 200 : 404, { 'content-type': 'application/json' })
      response.end(isMetrics ? JSON.stringify(compareAnswer(version, requests, times)) : '')
    }),
  )
  world = await openWorld({ columns: 80 })
  world.fastForward = true
  world.clockOffset = NOW - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  await world.writeConfig(
    `[profiles.till]\nbackend = "tempo"\napi = "http://127.0.0.1:${server.port}"\nauthorization = "none"\n`,
  )
  file = join(world.home, 'baskets.json')
  await writeFile(file, JSON.stringify(tracesOf(requests, BigInt(NOW - 600_000) * 1_000_000n)))
})
afterAll(() => Promise.all([world.close(), server.close()]))

async function why(flags: string) {
  const outcome = await world.type(`ls-auth trace why ${flags} --name "PUT /basket" --error --json`)
  expect(outcome.exit, outcome.stderr).toBe(0)
  // Tempo does not tell of lists.
  const { rows, traces, list_attributes, ...whole } = JSON.parse(outcome.stdout)
  expect(list_attributes).toBe(flags.startsWith('--file') ? 0 : null)
  return { whole, ranking: rows.map(({ next, ...row }: Record<string, unknown>) => row) }
}

describe.each(['2.10', '3.0.3'] as const)('Tempo %s', (answering) => {
  it('is asked once, and its counts and their ranking are those of the traces', async () => {
    version = answering
    asked.length = 0
    const told = await why('--profile till')
    expect(asked.map(({ pathname, searchParams }) => [pathname, searchParams.get('q')])).toEqual([
      ['/api/metrics/query_range', '{ name = "PUT /basket" } | compare({ status = error }, 100)'],
    ])
    expect(told.whole).toMatchObject({
      spans: 48,
      selection_count: 12,
      baseline_count: 36,
      verdict: 'causes',
    })
    expect(told.ranking[0]).toMatchObject({
      ...{ attribute: 'span.shelf', value: 'B 7', significant: true },
      ...{ selection_count: 11, baseline_count: 1, selection_share: 11 / 12, baseline_share: 1 / 36 },
    })
    expect(told).toEqual(await why(`--file ${file}`))
    expect(JSON.stringify(told)).not.toMatch(/"nil"|no such shelf|instrumentation/)
  })
})
