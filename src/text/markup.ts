import { safeText } from './safe-text.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Foreign text as the content of an element or of a quoted attribute, in HTML as in XML: nothing in it is markup. Made
 * safe as for a terminal first, without what XML 1.0 cannot hold (section 2.2). Line feeds stay line feeds.
 */
export function markup(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => safeText(line, Number.POSITIVE_INFINITY))
    .join('\n')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] as string)
}
