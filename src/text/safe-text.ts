/**
 * Sanitizes untrusted text (from a server, a token or a file) for a terminal.
 *
 * `util.stripVTControlCharacters` is not enough: it keeps CR, BS and bidi overrides. Every character that
 * can move the cursor, reorder or hide text becomes a visible escape such as `\u{202e}`.
 */
const UNSAFE =
  // C0, DEL, C1; line separators, interlinear marks; lone surrogates; all that Unicode calls default ignorable: zero width,
  // bidi marks and overrides, fillers, tags, variation selectors. The selectors that turn a pictograph into text or colour are
  // harmless, and shown once each.
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Default_Ignorable_Code_Point}\p{Surrogate}](?<!\p{Extended_Pictographic}[\ufe0e\ufe0f])/gu

const visible = (char: string): string => `\\u{${(char.codePointAt(0) as number).toString(16)}}`

/** One sanitized line of at most `max` characters (an ellipsis marks truncation). */
export function safeText(text: string, max = 1000): string {
  const cut = text.length > max ? `${beginning(text, Math.max(0, max - 1))}…` : text
  return cut.replace(UNSAFE, visible)
}

/** At most the first `length` units of a text, and no half of a character that takes two. */
function beginning(text: string, length: number): string {
  const isCut = length > 0 && (text.codePointAt(length - 1) as number) > 0xffff
  return text.slice(0, isCut ? length - 1 : length)
}

/** Sanitized lines of any length; tabs stay. */
export const safeLines = (text: string): string =>
  text.replace(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : visible(char)))

/** JSON with the same characters `\u`-escaped, so that `--json` is safe for a terminal too. */
export const safeJson = (value: unknown, indent?: number): string =>
  safeJsonText(JSON.stringify(value, null, indent) ?? 'null')

/** The same of a text that is JSON already. */
export function safeJsonText(json: string): string {
  return json.replace(UNSAFE, (char) => {
    // Line breaks that JSON.stringify wrote itself: those inside strings are escaped already.
    if (char === '\n') return char
    return [...Array(char.length).keys()]
      .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join('')
  })
}

/** TOML with the same characters escaped: its parser gives back what was written. Strings must be in double quotes. */
export function safeToml(text: string): string {
  return text.replace(UNSAFE, (char) => {
    if (char === '\n') return char
    const hex = (char.codePointAt(0) as number).toString(16)
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

/** The lines of a text in one, a blank between them. Tabs, which indent them, are blanks, too. Not yet safe for a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ')
}
