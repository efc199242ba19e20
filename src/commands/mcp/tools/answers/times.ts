import { parseDuration } from '../../../../settings/duration.ts'

/**
 * Flags with `now` and times before now (`-1h`) as moments. `now`: milliseconds since the epoch. Failure `usage`: not a
 * duration.
 */
export function withMoments(flags: Readonly<Record<string, unknown>>, now: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) =>
      name === 'from' || name === 'to'
        ? [name, momentOf(String(value).trim(), now, `--${name}`)]
        : [name, value],
    ),
  )
}

function momentOf(text: string, now: number, flag: string): string {
  const before = text === 'now' ? 0 : text.startsWith('-') ? parseDuration(text.slice(1), flag) : undefined
  return before === undefined ? text : new Date(now - before * 1000).toISOString()
}
