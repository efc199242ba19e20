import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type LocalProxy, type RecordingApi, startLocalProxy, startRecordingApi } from './local-proxy.ts'
import { type EvilPage, hasChromium, openEvilPage, PAGE_TRIES } from './page-tries.ts'

describe.skipIf(!hasChromium())('a web page in a real browser', () => {
  let machine: Machine
  let api: RecordingApi
  let proxy: LocalProxy
  let evil: EvilPage
  beforeAll(async () => {
    machine = await openMachine()
    api = await startRecordingApi()
    const to = ['--backend', 'tempo', '--api', api.url, '--allow-write']
    proxy = await startLocalProxy(machine, to, {
      env: { LS_AUTH_TOKEN: 'token-of-the-job-0123456789abcdef' },
    })
    evil = await openEvilPage()
  })
  afterAll(() => Promise.all([evil?.close(), machine.close(), api.close()]))

  const attempt = (from: string, script: string) => evil.attempt(from, script, proxy.api)

  it.each(Object.entries(PAGE_TRIES))('of another site, with the secret: %s', async (_, script) => {
    expect(await attempt(evil.site, script)).not.toContain('traces')
    expect(api.received).toEqual([])
  })

  it('of another port of 127.0.0.1, which is the same site', async () => {
    for (const script of [
      PAGE_TRIES.fetch,
      PAGE_TRIES['fetch without CORS'],
      PAGE_TRIES['an image'],
      PAGE_TRIES['a frame'],
    ])
      expect(await attempt(evil.sameSite, script as string)).not.toContain('traces')
    expect(api.received).toEqual([])
  })

  it('of a name that now leads to 127.0.0.1: 421, also for what it then asks', async () => {
    const page = await evil.browser.newPage()
    const url = proxy.api.replace('127.0.0.1', 'rebind.example')
    const answer = await page.goto(`${url}/api/search`)
    expect(answer?.status()).toBe(421)
    const fetched = await page.evaluate(
      `fetch(${JSON.stringify(`${url}/api/search`)}).then((answer) => answer.status, () => 0)`,
    )
    expect(fetched).toBe(421)
    expect(api.received).toEqual([])
    await page.close()
  })

  it('a link on a page does not lead there, and an address that is typed does', async () => {
    const page = await evil.browser.newPage()
    await page.goto(evil.site)
    const [clicked] = await Promise.all([
      page.waitForNavigation(),
      page.evaluate(`location.href = ${JSON.stringify(`${proxy.api}/api/search`)}`),
    ])
    expect(clicked?.status()).toBe(403)
    expect(api.received).toEqual([])
    const other = await evil.browser.newPage()
    const typed = await other.goto(`${proxy.api}/api/search`)
    expect(typed?.status()).toBe(200)
    expect(api.received).toHaveLength(1)
    await Promise.all([page.close(), other.close()])
  })
})
