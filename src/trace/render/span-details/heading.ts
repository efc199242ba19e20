import { fitEnd } from '../fit.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../pen.ts'

/** The line above a part of the details. */
export function heading(text: string, { width, glyphs, style }: Pen): string {
  return style.bold(fitEnd(text, width, glyphs.ellipsis))
}

/** `+12.0ms`, `-3.00ms`. */
export function offsetText(nanos: bigint | number, { glyphs }: Pick<Pen, 'glyphs'>): string {
  const late = Number(nanos)
  return `${late < 0 ? '-' : '+'}${formatDuration(Math.abs(late), glyphs.micro)}`
}
