import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Span, Trace } from '../../src/trace/model.ts'
import { renderHtml } from '../../src/trace/render/html.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { EPOCH, makeChain, makeTrace, spanId } from '../trace/make.ts'
import { needs } from '../world/needs.ts'
import { CHROMIUM, rowsOf, says, startTracePages, type TracePages } from './trace-pages.ts'

const OTHER = 'aabbccddeeff00112233445566778899'
/** What each span has beyond its name: by the number of the span. */
const MORE: Readonly<Record<number, Partial<Span>>> = {
  1: { resource: [['k8s.pod.name', 'shop-6f9']] },
  2: {
    resource: [['k8s.pod.name', 'cart-7d2']],
    attributes: [
      ['cart.note', 'first\n\nnote: second'],
      ['key\nerror: keyneedle', 'काम'],
    ],
    events: [{ name: 'boom\nerror: boomneedle', timeNanos: EPOCH, attributes: [] }],
  },
  3: {
    resource: [['k8s.pod.name', 'cart-7d2']],
    scope: { name: 'pg', attributes: [['pool', 'main']] },
    dropped: { attributes: 3, events: 0, links: 0 },
    events: [{ name: 'retried', timeNanos: EPOCH, attributes: [['try', '2']] }],
    links: [{ traceId: OTHER, spanId: spanId(77), attributes: [] }],
  },
}
const SHOP: Trace = withMore(
  makeTrace(
    { id: 1, name: 'GET /cart', ms: 100 },
    { id: 2, parent: 1, name: 'load cart', service: 'cart', ms: 60 },
    { id: 3, parent: 2, name: 'SELECT item', service: 'db', at: 5, ms: 20, marks: ['end-before-start'] },
    {
      id: 4,
      parent: 2,
      name: 'İstanbul cafe\u0301',
      service: 'db',
      at: 30,
      ms: 25,
      status: 'error',
      message: 'lock',
    },
    { id: 5, parent: 1, name: 'price', at: 70, ms: 20 },
  ),
)

function withMore(trace: Trace): Trace {
  return { ...trace, spans: trace.spans.map((span, i) => ({ ...span, ...MORE[i + 1] })) }
}

/** What is left for each name behind its indent, and for its bar; in pixels. */
const ROOM = `[...document.querySelectorAll('.r')].map((row) => {
  const [name, bar] = ['.n', 'svg'].map((one) => row.querySelector(one))
  const { paddingLeft } = getComputedStyle(name)
  return { name: name.clientWidth - Number.parseFloat(paddingLeft), bar: bar.clientWidth }
})`

describe.skipIf(!needs(CHROMIUM))('a page of a trace, used in a real browser', () => {
  let pages: TracePages
  beforeAll(async () => {
    pages = await startTracePages()
  })
  afterAll(() => pages?.close())
  const open = (trace: Trace, options?: BrowserContextOptions) =>
    pages.open('page.html', renderHtml(buildTree(trace), {}), options)
  const found = async (page: Page, text: string): Promise<number> => {
    const output = page.locator('output')
    await page.getByRole('searchbox').fill('')
    await expect.poll(() => output.textContent(), { interval: 20 }).toBe('')
    await page.getByRole('searchbox').fill(text)
    await expect.poll(() => output.textContent(), { interval: 20 }).toMatch(/^\d+ spans?$/)
    return Number.parseInt((await output.textContent()) ?? '', 10)
  }

  it('finds what stands in a span and in its resource, and none of the words of the page', async () => {
    const page = await open(SHOP)
    const counts: Record<string, number> = {
      // Names, services, ids, status.
      'load cart': 1,
      db: 2,
      [spanId(4)]: 1,
      [spanId(1)]: 3,
      lock: 1,
      '25.0ms': 1,
      // Attributes of spans, scopes, events and links.
      'cart.note: first': 1,
      second: 1,
      keyneedle: 1,
      boomneedle: 1,
      pool: 1,
      retried: 1,
      try: 1,
      [OTHER]: 1,
      [spanId(77)]: 1,
      // Attributes of resources.
      'cart-7d2': 2,
      'k8s.pod.name: shop': 1,
      // Marks and forms of letters make no difference.
      istanbul: 1,
      café: 1,
      CAFE: 1,
      काम: 1,
      कम: 0,
      // Labels, buttons and sentences of the page.
      parent: 0,
      self: 0,
      '−': 0,
      status: 0,
      service: 0,
      attributes: 0,
      'link to': 0,
      duration: 0,
      dropped: 0,
      'shown with no duration': 0,
      resource: 0,
      event: 0,
      '✗': 0,
    }
    const actual: Record<string, number> = {}
    for (const text of Object.keys(counts)) actual[text] = await found(page, text)
    expect(actual).toEqual(counts)
    await pages.done(page)
  })

  it.each([
    [320, 'screen', 70, 250],
    [640, 'screen', 100, 250],
    [718, 'print', 100, 250],
    [1280, 'screen', 200, 500],
  ] as const)(
    'at %i pixels (%s) each name of a deep trace has room, and each bar',
    async (width, media, name, bar) => {
      const page = await open(makeChain(40), { viewport: { width, height: 700 } })
      await page.emulateMedia({ media })
      const rooms = await page.evaluate<{ name: number; bar: number }[]>(ROOM)
      expect(rooms).toHaveLength(40)
      expect(rooms.filter((room) => room.name < name || room.bar < bar)).toEqual([])
      // The first levels are told apart.
      expect(new Set(rooms.slice(0, 6).map((room) => room.name)).size).toBe(6)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      await pages.done(page)
    },
  )

  it('a link to a span leads there each time, also after folding and during a search', async () => {
    const page = await open(SHOP)
    const link = page.getByRole('link', { name: 'İstanbul' }).first()
    await link.click()
    await page.getByRole('button', { name: 'fold GET /cart shop' }).click()
    expect(await rowsOf(page)).toEqual(['GET /cart'])
    await link.click()
    await expect.poll(() => rowsOf(page)).toHaveLength(5)
    await page.getByRole('searchbox').fill('price')
    await says(page, '1 span')
    await link.click()
    await expect.poll(() => rowsOf(page)).toHaveLength(5)
    expect(await page.getByRole('searchbox').inputValue()).toBe('')
    await pages.done(page)
  })

  it('tells a screen reader how deep a span is, and shows it to nobody', async () => {
    const page = await open(SHOP)
    const tree = await page.locator('body').ariaSnapshot()
    for (const row of ['GET /cart shop level 1', 'load cart cart level 2', 'SELECT item db level 3'])
      expect(tree).toContain(row)
    const { width = 9 } = (await page.locator('summary i').first().boundingBox()) ?? {}
    expect(width).toBeLessThanOrEqual(1)
    await pages.done(page)
  })
})
