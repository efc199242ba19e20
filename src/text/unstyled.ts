import type { Style } from '../ports/terminal.ts'

const bare = (text: string): string => text

/** No styling: for output without colour, and for text that is stored or read by a screen reader. */
export const UNSTYLED: Style = {
  bold: bare,
  dim: bare,
  red: bare,
  green: bare,
  yellow: bare,
  inverse: bare,
  palette: (_, text) => text,
}
