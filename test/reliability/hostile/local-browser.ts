import { createServer } from 'node:net'
import { browse } from '../../world/browser.ts'
import { listen } from '../../world/loopback-server.ts'
import { CAN_BE_SOMEBODY_ELSE, fetchAsSomebodyElse } from '../../world/somebody-else.ts'
import type { Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'

/**
 * What others on a shared machine see of a browser sign-in is the address given to the opener. A program of the person's
 * own user is not among them: it can read the key file and the cookies of the browser, so nothing is promised there but
 * that two browsers at the page are noticed.
 */
const FAMILY = 'the address that the browser is given'

/** The browser is opened, but somebody else comes first. */
const openedBy = (scene: Scene, come: (url: string) => Promise<unknown>): void => {
  scene.world.override = {
    browser: async () => ({
      open: async (url) => {
        void come(url.href).catch(() => {})
        return true
      },
    }),
  }
}
const alice = (url: string) => browse(url, { user: 'alice' })

const nobodyElse: Scenario = {
  who: 'local user',
  family: FAMILY,
  does: 'sees the address and does nothing',
  sound: true,
  async play(scene) {
    openedBy(scene, alice)
    await scene.signIn('browser', {}, { exit: 0, says: /alice@example\.test/ })
  },
}

const takenOver: Scenario = {
  who: 'local user',
  family: FAMILY,
  does: 'opens the address first, to sign in as somebody else',
  async play(scene) {
    openedBy(scene, async (url) => {
      // The page first, and the rest of the way once the person's browser has been there.
      const first = await fetch(url, { redirect: 'manual' })
      await alice(url)
      await browse(first.headers.get('location') ?? url, { user: 'bob' })
    })
    const { stderr } = await scene.signIn('browser', {}, { exit: 10 })
    scene.must(!/Signed in as bob/.test(stderr), 'the person is signed in as somebody else')
  },
}

/** Only root can play another user of the machine. */
const turnedAway: Scenario = {
  who: 'local user',
  family: FAMILY,
  does: 'opens the address first, as another user of the system',
  async play(scene) {
    openedBy(scene, async (url) => {
      const got = await fetchAsSomebodyElse(new URL(url))
      scene.must(got === '403 null', `another user got: ${got}`)
      await alice(url)
    })
    await scene.signIn('browser', {}, { exit: 0, says: /alice@example\.test/ })
  },
}

const secretless: Scenario = {
  who: 'local user',
  family: FAMILY,
  does: 'reads the address for its state',
  async play(scene) {
    openedBy(scene, alice)
    let shown: URL | undefined
    const { browser } = scene.world.override
    scene.world.override.browser = async () => {
      const real = await browser?.()
      return {
        open: async (url) => {
          shown = url
          return (await real?.open(url)) ?? false
        },
      }
    }
    await scene.signIn('browser', {}, { exit: 0 })
    scene.must(!shown?.searchParams.has('state'), 'the state of the sign-in is in the address')
  },
}

const portTaken: Scenario = {
  who: 'local user',
  family: FAMILY,
  does: 'holds the port of the redirect',
  async play(scene) {
    const holder = await listen(createServer())
    scene.onClose(() => holder.close())
    await scene.world.editConfig((text) =>
      text.replace('redirect_ports = "any"', `redirect_ports = [${holder.port}]`),
    )
    await scene.signIn('browser', {}, { exit: 2, says: new RegExp(`port ${holder.port} is in use`) })
  },
}

export const browserScenarios: readonly Scenario[] = [
  nobodyElse,
  takenOver,
  ...(CAN_BE_SOMEBODY_ELSE ? [turnedAway] : []),
  secretless,
  portTaken,
]
