import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Trace } from '../../src/trace/model.ts'
import { renderHtml } from '../../src/trace/render/markup/html.ts'
import { renderSvg } from '../../src/trace/render/markup/svg.ts'
import { planRows } from '../../src/trace/render/waterfall/rows.ts'
import { readTraceFile } from '../../src/trace/sources/file/read-trace-file.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { bigTrace } from '../bench/big-trace.ts'
import { writeOtlpProtobuf } from '../bench/trace-files.ts'
import { HOSTILE, traceOf } from '../trace/hostile-texts.ts'
import { makeTrace } from '../trace/make.ts'
import { inFull, needs } from '../world/needs.ts'
import { seenTexts } from './text-contrast.ts'
import { CHROMIUM, firstWords, rowsOf, says, startTracePages, type TracePages } from './trace-pages.ts'

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
  let browser: Browser
  let directory: string
  beforeAll(async () => {
    pages = await startTracePages()
    browser = pages.browser
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

  it('names what a button folds, and tells which hit is the current one, also to the keyboard', async () => {
    const page = await openShop()
    const names = (label: string) => page.getByRole('button', { name: label, exact: true })
    await names('fold load cart cart').click()
    expect(await rowsOf(page)).toEqual(['GET /cart', 'load cart', 'price shop'])
    await names('unfold load cart cart').click()
    const search = page.getByRole('searchbox')
    const current = async () => (await page.locator('[aria-current] .n').allTextContents()).map(firstWords)
    const outlined = () =>
      page.evaluate<number>(
        `[...document.querySelectorAll('.hit summary')].filter((one) => getComputedStyle(one).outlineStyle === 'solid').length`,
      )
    await search.fill('select')
    await says(page, '2 spans')
    expect(await current()).toEqual([])
    expect(await outlined()).toBe(0)
    await search.press('Enter')
    await says(page, '1 of 2')
    expect(await current()).toEqual(['✗ SELECT'])
    await search.press('Enter')
    await says(page, '2 of 2')
    expect(await current()).toEqual(['SELECT items'])
    expect(await outlined()).toBe(1)
    await search.press('Tab')
    expect(await page.locator('summary:focus .n').textContent()).toBe('SELECT items db')
    // Another search has no current hit yet, and Tab goes where it always goes, also right after the last letter.
    await search.pressSequentially(' items')
    await search.press('Tab')
    expect(await page.locator('summary:focus').count()).toBe(0)
    expect(await current()).toEqual([])
    await done(page)
  })

  it('shows repeated calls as one row, until they are asked for, looked for or linked to', async () => {
    const page = await open('repeated.html', renderHtml(buildTree(REPEATED), {}))
    const folded = ['GET /cart', '6× GET', '✗ GET']
    const unfolded = ['GET /cart', '6× GET', ...Array(6).fill('GET item'), '✗ GET']
    expect(await rowsOf(page)).toEqual(folded)
    await page.getByText('6× GET item').click()
    await page.getByText('6 equal spans: p50 7.00ms, p99 10.0ms, sum 45.0ms').waitFor()
    await page.getByRole('button', { name: 'unfold' }).click()
    expect(await rowsOf(page)).toEqual(unfolded)
    await page.getByRole('button', { name: 'fold' }).nth(1).click()
    expect(await rowsOf(page)).toEqual(folded)
    const fourth = String(REPEATED.spans[4]?.spanId)
    await page.getByRole('searchbox').fill(fourth)
    await says(page, '1 span')
    expect(await rowsOf(page)).toEqual(['GET /cart', '6× GET', 'GET item'])
    // The row that stands for them is no span.
    await page.getByRole('searchbox').fill('GET item')
    await says(page, '7 spans')
    const linked = await page.context().newPage()
    await linked.goto(`${page.url()}#s-${fourth}`)
    expect(await rowsOf(linked)).toEqual(unfolded)
    await done(page)
    const whole = await open('unfolded.html', renderHtml(buildTree(REPEATED), { fold: false }))
    expect(await rowsOf(whole)).toEqual(['GET /cart', ...Array(6).fill('GET item'), '✗ GET'])
    await done(whole)
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

  it('is, as a picture, XML without an error', async () => {
    const page = await browser.newPage()
    for (const trace of [SHOP, ...HOSTILE.map(traceOf)]) {
      const text = [...renderSvg(buildTree(trace), {})].join('')
      const parsed = await page.evaluate<{ root: string; names: string[] }>(`{
        const parsed = new DOMParser().parseFromString(${JSON.stringify(text)}, 'image/svg+xml')
        const names = [...parsed.querySelectorAll('*')].map(({ localName }) => localName)
        ;({ root: parsed.documentElement.localName, names: [...new Set(names)].sort() })
      }`)
      expect(parsed.root).toBe('svg')
      expect(parsed.names).toEqual(['desc', 'g', 'line', 'rect', 'svg', 'text', 'title'])
    }
    await page.close()
  })
})
