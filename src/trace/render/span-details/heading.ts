import { fitEnd } from '../../../text/fit.ts'
import type { Pen } from '../pen.ts'
import { signed } from './event-time.ts'

/** The line above a part of the details. */
export function heading(text: string, { width, glyphs, style }: Pen): string {
  return style.bold(fitEnd(text, width, glyphs.ellipsis))
}

/** `+12.0ms`, `-3.00ms`. */
export function offsetText(nanos: number, { glyphs }: Pick<Pen, 'glyphs'>): string {
  return signed(nanos, glyphs.micro)
}
