/** ln n! is exact enough by Stirling's series from here on (its error is below 1e-12). */
const SERIES_FROM = 64
const SMALL = sumsOfLogs(SERIES_FROM)

function sumsOfLogs(length: number): readonly number[] {
  let sum = 0
  return Array.from({ length }, (_, n) => {
    sum += Math.log(Math.max(1, n))
    return sum
  })
}

function logFactorial(n: number): number {
  const known = SMALL[n]
  if (known !== undefined) return known
  const series = 1 / (12 * n) - 1 / (360 * n ** 3)
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** A two by two table: whole numbers, `hits` at most `selection` and `carriers`, and both at most `all`. */
export interface Table {
  /** Of the selection, those that carry the value. */
  readonly hits: number
  readonly selection: number
  /** Of all, those that carry the value. */
  readonly carriers: number
  readonly all: number
}

/** How likely exactly so many hits are: the hypergeometric distribution. */
export function chanceOfExactly({ hits, selection, carriers, all }: Table): number {
  const others = logChoose(all - selection, carriers - hits)
  return Math.exp(logChoose(selection, hits) + others - logChoose(all, carriers))
}

/**
 * Fisher's exact test, one-sided: how likely at least so many hits are if the value has nothing to do with the selection
 * (R. A. Fisher, "The Design of Experiments", 1935; the tail of the hypergeometric distribution).
 */
export function chanceOf(table: Table): number {
  const { hits, selection, carriers, all } = table
  const others = all - selection
  let term = chanceOfExactly(table)
  let sum = 0
  // One hit more than there can be has the chance zero, and ends it.
  for (let k = hits; term > sum * 1e-16; k++) {
    sum += term
    term *= ((selection - k) * (carriers - k)) / ((k + 1) * (others - carriers + k + 1))
  }
  return Math.min(1, sum)
}

/** The smallest chance that any hits could have: all of the value's carriers that fit are in the selection. */
export function leastChance({ selection, carriers, all }: Omit<Table, 'hits'>): number {
  return chanceOf({ hits: Math.min(selection, carriers), selection, carriers, all })
}

/**
 * How small a chance must be for one of many values to be named. In a population without a cause any value is named with at
 * most the probability `error`. Bonferroni's correction, for values only that are frequent enough to be named: a thousand ids
 * that occur once do not hide a cause. (R. E. Tarone, "A Modified Bonferroni Method for Discrete Data", Biometrics 46, 1990.)
 * 0: no value can be named.
 */
export function chanceToName(leastChances: readonly number[], error: number): number {
  const sorted = [...leastChances].sort((a, b) => a - b)
  if (sorted[0] === undefined || sorted[0] > error) return 0
  for (let tests = 1; ; tests++) {
    const next = sorted[tests]
    if (next === undefined || next > error / tests) return error / tests
  }
}
