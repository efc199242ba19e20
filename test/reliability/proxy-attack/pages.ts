import { hasChromium, PAGE_TRIES } from '../../process/local-proxy/page-tries.ts'
import type { Attack, AttackGroup, Door } from './attack.ts'

const addressOf = ({ port, secret }: Door, host = '127.0.0.1') => `http://${host}:${port}/${secret}`

const script = (where: 'site' | 'sameSite', name: string, text: string): Attack => ({
  name: `${where === 'site' ? 'of another site' : 'of another port'}: ${name}`,
  async run({ door, page }) {
    const evil = await page()
    return { heard: await evil.attempt(evil[where], text, addressOf(door)) }
  },
})

/** The name of a page has come to lead to 127.0.0.1. */
const rebound: Attack = {
  name: 'of a name that leads here',
  async run({ door, page }) {
    const { browser } = await page()
    const tab = await browser.newPage()
    const url = `${addressOf(door, 'rebind.example')}/api/search`
    const first = await tab.goto(url).then((answer) => answer?.text())
    const then = await tab.evaluate(`fetch(${JSON.stringify(url)}).then((a) => a.text(), () => "")`)
    await tab.close()
    return { heard: `${first}${then}` }
  },
}

const link: Attack = {
  name: 'a link that is followed',
  async run({ door, page }) {
    const { browser, site } = await page()
    const tab = await browser.newPage()
    await tab.goto(site)
    const [answer] = await Promise.all([
      tab.waitForNavigation(),
      tab.evaluate(`location.href = ${JSON.stringify(`${addressOf(door)}/api/search`)}`),
    ])
    const heard = (await answer?.text()) ?? ''
    await tab.close()
    return { heard }
  },
}

/** A web page in a real browser, which has somehow learnt the whole address. */
export const pages: AttackGroup = {
  name: 'page',
  long: true,
  missing: hasChromium() ? undefined : 'there is no Chromium',
  attacks: [
    ...Object.entries(PAGE_TRIES).map(([name, text]) => script('site', name, text)),
    ...Object.entries(PAGE_TRIES).map(([name, text]) => script('sameSite', name, text)),
    rebound,
    link,
  ],
}
