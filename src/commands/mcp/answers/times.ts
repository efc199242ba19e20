import { parseDuration } from '../../../settings/duration.ts'

/** Flags with times before now (`-1h`) as the flags of a command write them (`now-1h`). Failure `usage`: not a duration. */
export function withMoments(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) =>
      name === 'from' || name === 'to' ? [name, momentOf(String(value).trim(), `--${name}`)] : [name, value],
    ),
  )
}

function momentOf(text: string, flag: string): string {
  if (!text.startsWith('-')) return text
  const ago = text.slice(1).trim()
  parseDuration(ago, flag)
  return `now-${ago}${/^\d+$/.test(ago) ? 's' : ''}`
}
