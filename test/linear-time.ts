/** Microseconds of the processor, which other programs on a busy machine don't add to. */
async function timeOf(work: () => unknown): Promise<number> {
  const started = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(started)
  return user + system
}

const ORDINARY = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ i })))

/**
 * Whether work on a whole text takes as long as on its four quarters, by the processor time of this run: 16 times a quarter is
 * quadratic. `work` gets the share of the text. Less than reading a JSON of 1 MB is too little to compare.
 */
export async function isLinear(work: (share: number) => unknown): Promise<boolean> {
  await work(1 / 16)
  let unit: number | undefined
  for (let tries = 0; tries < 5; tries++) {
    const quarter = await timeOf(() => work(1 / 4))
    const whole = await timeOf(() => work(1))
    if (whole < 8 * quarter) return true
    unit ??= await timeOf(() => JSON.parse(ORDINARY))
    if (whole < unit) return true
  }
  return false
}
