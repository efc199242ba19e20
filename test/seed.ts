import { randomInt } from 'node:crypto'

/**
 * The seed of everything random in the tests: 1, the same in every run and in CI, unless LS_AUTH_SEED is a number or
 * `random`. A random one is printed, so that a run that fails can be repeated with it.
 */
export function seedOf(wanted = process.env.LS_AUTH_SEED): number {
  if (wanted === 'random') {
    const seed = randomInt(2 ** 31 - 1)
    process.stderr.write(`LS_AUTH_SEED=${seed}\n`)
    return seed
  }
  const seed = Number(wanted || '1')
  if (!Number.isInteger(seed)) throw new Error(`LS_AUTH_SEED=${wanted}: neither a whole number nor "random"`)
  return seed
}
