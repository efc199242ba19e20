import type { Random } from '../../world/trace/random.ts'

/** One kind of input from outside, and the door of the program that it comes in by. */
export interface Kind {
  readonly name: string
  /** Parts of all inputs: quick kinds get more. */
  readonly share: number
  /** Prepares what all inputs share. */
  open(seed: number): Promise<(random: Random) => Promise<Trial>>
}

/** What became of one input. */
export interface Trial {
  readonly input: Buffer
  /** The input's beginnings and what was done with it. */
  readonly about: string
  readonly exit: number
  /** Promises that were not kept, in words. */
  readonly broken: readonly string[]
  /** An error nobody expected. */
  readonly exception: string | undefined
}

export function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.between(0, items.length - 1)] as Item
}
