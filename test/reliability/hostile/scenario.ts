import type { Scene } from './scene.ts'

/** Who misbehaves. */
export type Who = 'provider' | 'trace API' | 'gateway' | 'local user' | 'strange file'

/** One way of misbehaving, and what must be true afterwards. */
export interface Scenario {
  readonly who: Who
  /** Attacks of one kind share it with a scenario in which nothing is wrong: a check that refuses everything is seen. */
  readonly family: string
  readonly does: string
  /** Nothing is wrong here, and the command must succeed. */
  readonly sound?: true
  play(scene: Scene): Promise<void>
}

/** What the command that a scenario is about must come to. */
export interface Expected {
  /** Several where the standards leave it to the reader. */
  readonly exit: number | readonly number[]
  /** In stderr, or in stdout of a command that succeeds. */
  readonly says?: RegExp
  /** Beside the provider's secrets, which no output holds. */
  readonly hides?: readonly string[]
}

/** Every family has its sound twin; returns the names of those that have none. */
export function familiesWithoutTwin(scenarios: readonly Scenario[]): string[] {
  const sound = new Set(scenarios.filter((one) => one.sound).map(({ family }) => family))
  return [...new Set(scenarios.map(({ family }) => family))].filter((family) => !sound.has(family))
}
