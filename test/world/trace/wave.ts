/** One made-up time series: a day's swing with a ripple of its own for each name; the same for the same name and time. */
export function wave(name: string, millis: number): number {
  let hash = 7
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 9973
  const minutes = millis / 60_000
  const level = 20 + (hash % 60)
  const swing = Math.sin((minutes + (hash % 97)) / 17) * 0.5 + Math.sin((minutes + (hash % 13)) / 5) * 0.2
  return Math.max(0, Math.round(level * (1 + swing) * 100) / 100)
}

/** The times of a series: whole steps, the first at or after the start, the last before the end. */
export function stepsBetween(fromMillis: number, toMillis: number, stepMillis: number): number[] {
  const times: number[] = []
  const first = Math.ceil(fromMillis / stepMillis) * stepMillis
  for (let at = first; at < toMillis && times.length < 12_000; at += stepMillis) times.push(at)
  return times
}
