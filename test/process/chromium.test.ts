import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page, type Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { fileStore, loginArgs, PRINTED_URL } from './sign-in.ts'

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe.skipIf(!needs({ files: [CHROMIUM], packages: ['chromium'] }))('in a real browser', () => {
  let provider: Provider
  let machine: Machine
  let directory: string
  let browser: BrowserContext
  /** What went wrong on any page, by the browser's own account. */
  const complaints: string[] = []
  beforeAll(async () => {
    provider = await startProvider()
    machine = await openMachine()
    directory = await mkdtemp(join(tmpdir(), 'ls-auth-chromium-'))
    browser = await chromium.launchPersistentContext(directory, {
      executablePath: CHROMIUM,
      args: FLAGS,
      viewport: { width: 1000, height: 700 },
    })
    browser.on('weberror', (error) => complaints.push(error.error().message))
    browser.on('console', (message) => {
      // The provider of the tests has no icon; that is its business.
      if (message.location().url === `${provider.issuer}/favicon.ico`) return
      complaints.push(`${message.type()}: ${message.text()} at ${message.location().url}`)
    })
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([provider.close(), machine.close()])
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  })

  /** `login` in one process, its address opened in a new tab; `act` does what the person does at the provider. */
  async function signIn(args: string[], act: (page: Page) => Promise<void>) {
    const login = machine.start([...args, '--no-browser'])
    const [, url] = await login.said(PRINTED_URL)
    const page = await browser.newPage()
    let callback: Response | undefined
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/callback') callback = response
    })
    await page.goto(url as string)
    await act(page)
    await page.getByText('You are signed in').waitFor()
    return { page, callback: callback as Response, ended: await login.ended }
  }

  it('goes through the pages of the provider to ours', async () => {
    const args = [...loginArgs(provider), ...fileStore(machine)]
    const { page, callback, ended } = await signIn(args, async (page) => {
      await page.getByLabel('User name').fill('alice')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
    })
    expect(ended).toMatchObject({ exit: 0, stdout: '' })
    expect(ended.stderr).toContain('Signed in as alice@example.test.')
    expect(ended.stderr).not.toContain('Warning')
    expect(await page.title()).toBe('Signed in - ls-auth')
    expect(await page.getByRole('heading').textContent()).toBe('Signed in')
    expect(callback.status()).toBe(200)
    const headers = callback.headers()
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
    // A picture for whoever wants to look; the page's own style must have passed its own policy.
    if (process.env.LS_AUTH_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.LS_AUTH_SCREENSHOTS, 'signed-in.png') })
    const width = await page.getByRole('main').evaluate((main) => main.getBoundingClientRect().width)
    expect(width).toBeLessThan(700)
    expect(complaints).toEqual([])
    await page.close()
  })

  it('comes by the page that the opener is given, with its cookie, and nobody else can', async () => {
    const opener = join(machine.home, 'browser')
    await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > ${opener}.part && mv ${opener}.part ${opener}.url\n`)
    await chmod(opener, 0o700)
    const opened = async () => {
      for (;;) {
        const url = await readFile(`${opener}.url`, 'utf8').catch(() => '')
        if (url) {
          // Only what was read is removed: an address that has come meanwhile is the one that is waited for.
          await rm(`${opener}.url`)
          return url
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const env = { BROWSER: opener }
    const login = machine.start(['login'], { env })
    const page = await browser.newPage()
    await page.goto(await opened())
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('You are signed in').waitFor()
    expect(await login.ended).toMatchObject({ exit: 0, stdout: '' })

    const attacked = machine.start(['login'], { env })
    const url = await opened()
    // Somebody else is faster, with a browser of their own.
    await fetch(url, { redirect: 'manual' })
    await page.goto(url)
    await page.getByText('The sign-in did not succeed').waitFor()
    expect(await attacked.ended).toMatchObject({
      exit: 10,
      stderr: expect.stringContaining('two browsers opened the sign-in page'),
    })
    expect(complaints).toEqual([])
    await page.close()
  })

  it('a person who says no: the page and the terminal say so, and nothing is kept', async () => {
    const before = await machine.run(['token'])
    const login = machine.start(['login', '--no-browser'])
    const [, url] = await login.said(PRINTED_URL)
    const page = await browser.newPage()
    await page.goto(url as string)
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.getByText('The sign-in did not succeed').waitFor()
    expect(await login.ended).toMatchObject({
      exit: 4,
      stdout: '',
      stderr: expect.stringMatching(/\nerror: the sign-in was declined\nhint: /),
    })
    expect(complaints).toEqual([])
    expect((await machine.run(['token'])).stdout).toBe(before.stdout)
  })
})
