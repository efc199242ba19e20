import { expect } from 'vitest'
import type { Provider } from './provider.ts'
import { openWorld, type World } from './world.ts'

/** The same person at another terminal: the same settings, sign-ins and keychain. */
export interface OtherTerminal {
  readonly world: World
  /** Types a line there, which must succeed. */
  type(line: string): Promise<void>
  /** Does it while the person of the first terminal is in the browser. */
  whileItIsOpen(work: () => Promise<unknown>): void
}

/** A person with two terminals open, who signs in at this provider. */
export interface TwoTerminals {
  readonly world: World
  readonly other: OtherTerminal
  /** The provider has its own answers again. */
  close(): Promise<void>
}

export async function openTwoTerminals(provider: Provider): Promise<TwoTerminals> {
  const world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  const other = await openOtherTerminal(world, provider)
  return {
    world,
    other,
    async close() {
      provider.tamper = {}
      await other.world.close()
      await world.close()
    },
  }
}

async function openOtherTerminal(first: World, provider: Provider): Promise<OtherTerminal> {
  const { XDG_CONFIG_HOME = '', XDG_STATE_HOME = '' } = first.variables
  const world = await openWorld({ variables: { XDG_CONFIG_HOME, XDG_STATE_HOME } })
  world.override = { keychain: async () => first.keychain }
  return {
    world,
    async type(line) {
      const { exit, stderr } = await world.type(line)
      expect({ exit, stderr }).toMatchObject({ exit: 0 })
    },
    whileItIsOpen(work) {
      provider.tamper.tokenResponse = async (body) => {
        provider.tamper = {}
        await work()
        return body
      }
    },
  }
}
