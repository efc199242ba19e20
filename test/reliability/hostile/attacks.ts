import type { Provider, Tamper } from '../../world/provider.ts'
import type { Outcome } from '../../world/world.ts'
import type { Expected, Scenario, Who } from './scenario.ts'
import type { Flow, Scene } from './scene.ts'

/** One way in which an answer of the provider is not what it should be. */
export interface Attack extends Expected {
  readonly does: string
  readonly sound?: true
  tamper(provider: Provider): Tamper
  /** Where a renewal comes to something else than a sign-in; false: a renewal has no such answer. */
  readonly renewal?: (Partial<Expected> & { readonly after?: 'lives' | 'ended' }) | false
  /** The flows it can happen in; both when absent. */
  readonly flows?: readonly Flow[]
}

/** A family of attacks on the way through the sign-in, in each flow. */
export const atSignIn = (who: Who, family: string, attacks: readonly Attack[]): Scenario[] =>
  attacks.flatMap((attack) =>
    (attack.flows ?? (['browser', 'device'] as const)).map((flow) => ({
      who,
      family: `${family}, ${flow}`,
      does: `${flow}: ${attack.does}`,
      ...(attack.sound && { sound: attack.sound }),
      play: (scene: Scene) => signIn(scene, flow, attack),
    })),
  )

/** The same answers to a renewal of a session that is there. */
export const atRenewal = (who: Who, family: string, attacks: readonly Attack[]): Scenario[] =>
  attacks
    .filter(({ renewal }) => renewal !== false)
    .map((attack) => ({
      who,
      family: `${family}, renewal`,
      does: `renewal: ${attack.does}`,
      ...(attack.sound && { sound: attack.sound }),
      play: (scene: Scene) => renew(scene, attack),
    }))

/** A sign-in that is refused keeps nothing, and one that is not leads to a token. */
async function signIn(scene: Scene, flow: Flow, attack: Attack): Promise<void> {
  const { provider, world } = scene
  const outcome = await scene.signIn(flow, attack.tamper(provider), attack)
  provider.tamper = {}
  if (outcome.exit === 0)
    return void scene.must((await scene.type('ls-auth token')).stdout !== '', 'no token')
  scene.must(world.keychain.items.size === 0, 'a refused sign-in left a key in the keychain')
  await nothingPrinted(scene, await scene.type('ls-auth token', 3))
}

/**
 * A renewal that cannot be believed hands out nothing and, as the provider still honours the refresh token that it
 * sent, does not end the session.
 */
async function renew(scene: Scene, attack: Attack): Promise<void> {
  const { provider } = scene
  await scene.type('ls-auth login')
  scene.pass(2 * 3600)
  provider.tamper = attack.tamper(provider)
  const renewal = attack.renewal || {}
  const outcome = await scene.meets('ls-auth token --timeout 1', { ...attack, ...renewal })
  if (outcome.exit !== 0) await nothingPrinted(scene, outcome)
  provider.tamper = {}
  if (outcome.exit !== 0) await scene.type('ls-auth token', renewal.after === 'ended' ? 3 : 0)
}

async function nothingPrinted(scene: Scene, { stdout }: Outcome): Promise<void> {
  scene.must(stdout === '', 'a refused command printed a token')
}
