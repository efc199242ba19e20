/** The lines of a text in one, a blank between them. Tabs, which indent them, are blanks, too. Not yet safe for a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ')
}
