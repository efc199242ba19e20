import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

const PROGRAM = '/usr/bin/chromium'

/** What {@link startTracePages} needs. */
export const CHROMIUM = { files: [PROGRAM], packages: ['chromium'] } as const

/** A real browser that opens pages from files, as people do. */
export interface TracePages {
  readonly browser: Browser
  readonly directory: string
  open(name: string, text: Iterable<string>, options?: BrowserContextOptions): Promise<Page>
  /** Whatever was done on a page, it has asked for nothing, and nothing went wrong. */
  done(page: Page): Promise<void>
  close(): Promise<void>
}

export async function startTracePages(): Promise<TracePages> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-page-'))
  const browser = await chromium.launch({
    executablePath: PROGRAM,
    // No name leads anywhere, and each page is offline: what it asks for would fail, and is told.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND',
    ],
  })
  /** What any page asked for, but for the page itself, and what the browser says went wrong. */
  const asked: string[] = []
  const complaints: string[] = []
  return {
    browser,
    directory,
    async open(name, text, options = {}) {
      const url = pathToFileURL(join(directory, name)).href
      await writeFile(join(directory, name), [...text].join(''))
      const page = await (await browser.newContext({ offline: true, ...options })).newPage()
      page.on('request', (request) => {
        if (request.url() !== url) asked.push(request.url())
      })
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(url)
      return page
    },
    async done(page) {
      expect({ asked, complaints }).toEqual({ asked: [], complaints: [] })
      await page.context().close()
    },
    async close() {
      await browser.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Waits for what the page says of a search. */
export const says = (page: Page, text: string): Promise<void> =>
  page.locator('output', { hasText: text }).waitFor()

export const firstWords = (name: string): string => name.split(' ').slice(0, 2).join(' ')

/** The rows that are shown, by the first two words of their names. */
export const rowsOf = async (page: Page): Promise<string[]> =>
  (await page.locator('.r:visible .n').allTextContents()).map(firstWords)
