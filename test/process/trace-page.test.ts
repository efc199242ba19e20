import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Trace } from '../../src/trace/model.ts'
import { renderHtml } from '../../src/trace/render/markup/html.ts'
import { renderSvg } from '../../src/trace/render/markup/svg.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { HOSTILE, traceOf } from '../trace/hostile-texts.ts'
import { makeTrace } from '../trace/make.ts'
import { needs } from '../world/needs.ts'

const CHROMIUM = '/usr/bin/chromium'
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

/** `trace get -o html` and `-o svg`, opened from a file as people do. */
describe.skipIf(!needs({ files: [CHROMIUM], packages: ['chromium'] }))('a trace in a real browser', () => {
  let browser: Browser
  let directory: string
  /** What any page asked for, but for the page itself, and what the browser says went wrong. */
  const asked: string[] = []
  const complaints: string[] = []
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ls-auth-page-'))
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function open(name: string, text: Iterable<string>, options: BrowserContextOptions = {}) {
    const url = pathToFileURL(join(directory, name)).href
    await writeFile(join(directory, name), [...text].join(''))
    const page = await (await browser.newContext(options)).newPage()
    page.on('request', (request) => {
      if (request.url() !== url) asked.push(request.url())
    })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(url)
    return page
  }
  const openShop = (options?: BrowserContextOptions) =>
    open('shop.html', renderHtml(buildTree(SHOP), {}), options)
  const openHostile = (trace: Trace) => open('hostile.html', renderHtml(buildTree(trace), {}))
  const rowsOf = async (page: Page) => (await page.locator('.r:visible .n').allTextContents()).map(firstWords)
  const firstWords = (name: string) => name.split(' ').slice(0, 2).join(' ')

  it('asks for nothing and runs nothing that stands in a span', async () => {
    for (const text of HOSTILE) {
      const page = await openHostile(traceOf(text))
      await page.locator('summary').first().click()
      expect(await page.evaluate('window.pwned')).toBeUndefined()
      expect(await page.locator('img, .r script, .r style, [onload], [onerror], [onmouseover]').count()).toBe(
        0,
      )
      await page.context().close()
    }
    expect({ asked, complaints }).toEqual({ asked: [], complaints: [] })
  })

  it('finds spans, with the way to them, folds, and shows what a span holds', async () => {
    const page = await openShop()
    expect(await rowsOf(page)).toHaveLength(5)
    await page.getByRole('searchbox').fill('needle')
    await page.getByText('1 span', { exact: true }).waitFor()
    expect(await rowsOf(page)).toEqual(['GET /cart', 'load cart', '✗ SELECT'])
    await page.getByRole('searchbox').fill('')
    await page.locator('.r:visible').nth(4).waitFor()
    await page.getByRole('button', { name: 'fold' }).nth(1).click()
    expect(await rowsOf(page)).toEqual(['GET /cart', 'load cart', 'price shop'])
    // What is folded away is unfolded by a link to it, in an event of its own after the click.
    await page.getByRole('link', { name: 'SELECT needle' }).first().click()
    await expect.poll(() => rowsOf(page), { timeout: 10_000 }).toHaveLength(5)
    await page.locator('.r').nth(2).locator('summary').click()
    await page.getByText('error: lock timeout').waitFor()
    expect({ asked, complaints }).toEqual({ asked: [], complaints: [] })
    await page.context().close()
  })

  it('is whole without script, and dark where the system is', async () => {
    const page = await openShop({ javaScriptEnabled: false, colorScheme: 'dark' })
    expect(await rowsOf(page)).toHaveLength(5)
    expect(await page.getByRole('searchbox').isVisible()).toBe(false)
    await page.locator('summary').nth(2).click()
    expect(await page.getByText('error: lock timeout').isVisible()).toBe(true)
    await page.context().close()
    const dark = await openShop({ colorScheme: 'dark' })
    expect(await dark.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(22, 24, 28)')
    await dark.context().close()
  })

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
