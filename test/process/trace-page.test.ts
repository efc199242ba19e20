import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTraceFile } from '../../src/backends/read-trace-file.ts'
import type { Trace } from '../../src/trace/model.ts'
import { renderHtml } from '../../src/trace/render/html.ts'
import { planRows } from '../../src/trace/render/waterfall/rows.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { bigTrace } from '../bench/big-trace.ts'
import { writeOtlpProtobuf } from '../bench/trace-files.ts'
import { HOSTILE, traceOf } from '../trace/hostile-texts.ts'
import { makeTrace } from '../trace/make.ts'
import { inFull, needs } from '../world/needs.ts'
import { seenTexts } from './text-contrast.ts'
import { CHROMIUM, rowsOf, says, startTracePages, type TracePages } from './trace-pages.ts'

/** For text of any size: WCAG 2.2, 1.4.3, level AA. */
const READABLE = 4.5
const SHOP = makeTrace(
  { id: 1, name: 'GET /cart', ms: 100 },
  { id: 2, parent: 1, name: 'load cart', service: 'cart', ms: 60 },
  {
    id: 3,
    parent: 2,
    name: 'SELECT needle',
    service: 'db',
    at: 5,
    ms: 20,
    status: 'error',
    message: 'lock timeout',
  },
  { id: 4, parent: 2, name: 'SELECT items', service: 'db', at: 30, ms: 20 },
  { id: 5, parent: 1, name: 'price', at: 70, ms: 20 },
)

/** A cart that asks for each of its items, the seventh in vain. */
const REPEATED = makeTrace(
  { id: 1, name: 'GET /cart', ms: 100 },
  ...Array.from({ length: 7 }, (_, i) => ({
    id: i + 2,
    parent: 1,
    name: 'GET item',
    at: 10 * i,
    ms: 5 + i,
    ...(i === 6 && { status: 'error' as const, message: 'gone' }),
  })),
)

/** A page of several screens, without equal siblings that would share a row. */
const LONG = makeTrace(
  { id: 1, name: 'import', ms: 1000 },
  ...Array.from({ length: 80 }, (_, i) => ({ id: i + 2, parent: 1, name: `step ${i}`, at: 10 * i, ms: 5 })),
)

/** `trace get -o html` and `-o svg`, opened from a file as people do. */
describe.skipIf(!needs(CHROMIUM))('a trace in a real browser', () => {
  let pages: TracePages
  let directory: string
  beforeAll(async () => {
    pages = await startTracePages()
    directory = pages.directory
  })
  afterAll(() => pages?.close())

  const open: TracePages['open'] = (...asked) => pages.open(...asked)
  const done: TracePages['done'] = (page) => pages.done(page)
  const openShop = (options?: BrowserContextOptions) =>
    open('shop.html', renderHtml(buildTree(SHOP), {}), options)
  const openHostile = (trace: Trace) => open('hostile.html', renderHtml(buildTree(trace), {}))
  async function isOnScreen(row: Locator): Promise<boolean> {
    const [box, screen] = [await row.boundingBox(), row.page().viewportSize()]
    return box !== null && screen !== null && box.y >= 0 && box.y + box.height <= screen.height
  }
  const isBelowBar = (page: Page, selector: string) =>
    page.evaluate<boolean>(`(async () => {
      await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))
      const [seen, bar] = ['${selector}', 'form'].map((one) => document.querySelector(one).getBoundingClientRect())
      return seen.height > 0 && seen.top >= bar.bottom && seen.bottom <= innerHeight
    })()`)
  it('asks for nothing and runs nothing that stands in a span', async () => {
    for (const text of HOSTILE) {
      const page = await openHostile(traceOf(text))
      await page.locator('summary').first().click()
      expect(await page.evaluate('window.pwned')).toBeUndefined()
      expect(await page.locator('img, .r script, .r style, [onload], [onerror], [onmouseover]').count()).toBe(
        0,
      )
      await done(page)
    }
  })

  it('finds spans, with the way to them, folds, and shows what a span holds', async () => {
    const page = await openShop()
    expect(await rowsOf(page)).toHaveLength(5)
    await page.getByRole('searchbox').fill('needle')
    await says(page, '1 span')
    expect(await rowsOf(page)).toEqual(['GET /cart', 'load cart', '✗ SELECT'])
    await page.getByRole('searchbox').fill('')
    await page.locator('.r:visible').nth(4).waitFor()
    await page.getByRole('button', { name: 'fold' }).nth(1).click()
    expect(await rowsOf(page)).toEqual(['GET /cart', 'load cart', 'price shop'])
    // What is folded away is unfolded by a link to it, in an event of its own after the click.
    await page.getByRole('link', { name: 'SELECT needle' }).first().click()
    await expect.poll(() => rowsOf(page)).toHaveLength(5)
    await page.locator('.r').nth(2).locator('summary').click()
    await page.getByText('error: lock timeout').waitFor()
    await done(page)
  })

  it('shows what a link names, and what has the focus, below the bar of the search', async () => {
    const page = await open('long.html', renderHtml(buildTree(LONG), {}))
    const linked = await page.context().newPage()
    await linked.goto(`${page.url()}#s-${LONG.spans[30]?.spanId}`)
    expect(await isBelowBar(linked, ':target')).toBe(true)
    await linked.locator('summary').nth(60).focus()
    for (let stop = 59; stop >= 20; stop--) {
      await linked.keyboard.press('Shift+Tab')
      expect(await linked.locator('summary:focus').textContent()).toContain(`step ${stop - 1} `)
      expect(await isBelowBar(linked, 'summary:focus')).toBe(true)
    }
    await done(page)
  })

  it('is whole without script', async () => {
    const page = await openShop({ javaScriptEnabled: false })
    expect(await rowsOf(page)).toHaveLength(5)
    expect(await page.getByRole('searchbox').isVisible()).toBe(false)
    await page.locator('summary').nth(2).click()
    expect(await page.getByText('error: lock timeout').isVisible()).toBe(true)
    await done(page)
    const repeated = await open('repeated.html', renderHtml(buildTree(REPEATED), {}), {
      javaScriptEnabled: false,
    })
    expect(await rowsOf(repeated)).toHaveLength(9)
    await done(repeated)
  })

  it.each([
    ['light', 'rgb(255, 255, 255)', 'rgb(28, 30, 33)'],
    ['dark', 'rgb(22, 24, 28)', 'rgb(228, 230, 234)'],
  ] as const)(
    'is %s where the system is, and each text is far enough from what is behind it',
    async (colorScheme, back, colour) => {
      const page = await openShop({ colorScheme })
      expect(await seenTexts(page)).toContainEqual(
        expect.objectContaining({ text: 'GET /cart', colour, back }),
      )
      await page.locator('.r').nth(2).locator('summary').click()
      await page.getByRole('searchbox').fill('needle')
      await says(page, '1 span')
      const texts = await seenTexts(page)
      // A span that failed, marked as found, with all that it holds.
      expect(texts.map(({ text }) => text)).toEqual(
        expect.arrayContaining(['✗ SELECT needle', 'db', '20.0ms']),
      )
      expect(texts.filter(({ ratio }) => ratio < READABLE)).toEqual([])
      await done(page)
    },
  )

  it.skipIf(!inFull('a page of ten thousand spans'))(
    'finds one span among ten thousand, and goes to it',
    async () => {
      const file = join(directory, 'big.pb')
      await writeOtlpProtobuf([bigTrace(10_000)], file)
      const tree = buildTree((await readTraceFile(await readFile(file), file))[0] as Trace)
      const page = await open('big.html', renderHtml(tree, {}))
      expect(await page.locator('.r[id]').count()).toBe(10_000)
      // The last one that has nothing equal beside it, and nothing below it that would name it.
      const planned = planRows(tree, true)
      const nodes = planned.groups[0]?.nodes ?? []
      const last = nodes.findLast((node) => tree.isLeaf(node) && !planned.fold(node)) as number
      const row = page.locator(`#s-${tree.span(last).spanId}`)
      expect(await isOnScreen(row)).toBe(false)
      await page.getByRole('searchbox').fill(tree.span(last).spanId)
      await says(page, '1 span')
      expect(await page.locator('.r:not([hidden])').count()).toBe(tree.depth(last) + 1)
      await page.getByRole('searchbox').press('Enter')
      await says(page, '1 of 1')
      await expect.poll(() => isOnScreen(row)).toBe(true)
      await done(page)
    },
  )
})
