import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import type { Bench } from './bench.ts'
import { bigTrace } from './big-trace.ts'
import { findProgram } from './peers.ts'
import type { SuiteResult } from './results.ts'
import { align } from './table.ts'
import { writeOtlpProtobuf } from './trace-files.ts'

const SPANS = 10_000
const BOUND_SECONDS = 2
const BINARY = resolve('bin/ls-auth.js')

/**
 * `trace get -o html` of 10,000 spans, opened from a file in Chromium: seconds from the address to the first picture that
 * is painted with the page whole and its script run, how much of a processor the page took for it, and from the last
 * letter of a search to its answer.
 */
export async function page({ rounds, print }: Bench): Promise<SuiteResult> {
  const executablePath = findProgram('chromium')
  if (!executablePath) return { comparisons: [], verdicts: [], missing: ['chromium'] }
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-bench-'))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const file = await writePage(directory)
    const runs: Opened[] = []
    // The first one fills the caches of the browser.
    for (let round = 0; round <= rounds; round++) runs.push(await openOnce(browser, file))
    const counted = runs.slice(1)
    const rows = (['opened', 'processor', 'found'] as const).map((name) =>
      summary(
        name,
        counted.map((run) => run[name]),
      ),
    )
    const megabytes = ((await stat(file)).size / 1e6).toFixed(1)
    const title = `page of ${SPANS} spans, ${megabytes} MB (${rounds} rounds)`
    for (const line of align([
      [title, 'median s', 'min', 'max'],
      ...rows.map(({ name, median, min, max }) => [name, ...[median, min, max].map((one) => one.toFixed(2))]),
    ]))
      print(line)
    const [opened] = rows
    print(`page spans=${SPANS} opened=${opened?.median.toFixed(2)}s bound=${BOUND_SECONDS.toFixed(2)}s`)
    const values = Object.fromEntries(rows.map(({ name, median }) => [name, median]))
    return { comparisons: [], figures: [{ title, unit: 's', values }], verdicts: [], missing: [] }
  } finally {
    await browser.close()
    await rm(directory, { recursive: true })
  }
}

async function writePage(directory: string): Promise<string> {
  const [trace, html] = ['trace.pb', 'trace.html'].map((name) => join(directory, name)) as [string, string]
  await writeOtlpProtobuf([bigTrace(SPANS)], trace)
  const { status } = spawnSync(process.execPath, [BINARY, 'trace', 'get', trace, '-o', 'html'], {
    stdio: ['ignore', openSync(html, 'w'), 'inherit'],
  })
  if (status !== 0) throw new Error(`trace get -o html: exit ${status}`)
  return html
}

/** Seconds. */
interface Opened {
  readonly opened: number
  /** Of the main thread of the page. */
  readonly processor: number
  readonly found: number
}

async function openOnce(browser: Browser, file: string): Promise<Opened> {
  const context = await browser.newContext({ offline: true })
  try {
    const tab = await context.newPage()
    const tools = await context.newCDPSession(tab)
    await tools.send('Performance.enable', { timeDomain: 'threadTicks' })
    const start = performance.now()
    await tab.goto(pathToFileURL(file).href)
    // The frame after the next one begins when the next one is painted.
    await tab.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const opened = performance.now()
    const { metrics } = await tools.send('Performance.getMetrics')
    const processor = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
    const typed = performance.now()
    await tab.getByRole('searchbox').fill('service-7')
    await tab.locator('output', { hasText: / spans$/ }).waitFor()
    return { opened: (opened - start) / 1000, processor, found: (performance.now() - typed) / 1000 }
  } finally {
    await context.close()
  }
}

function summary(name: string, seconds: readonly number[]) {
  const sorted = [...seconds].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  return { name, median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN }
}
