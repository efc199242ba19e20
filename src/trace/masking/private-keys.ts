import { MASKED } from './kept-value.ts'
import { closesText, EnclosingTexts } from './written/enclosing-text.ts'
import type { Sign } from './written/sign.ts'

// A private key (PEM) has many lines, and is recognised in itself, whatever stands before it.

const BEGINNING = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g

/** What may end a key: its last line, or the text of JSON that it stands in, if it is cut off. */
const END = /-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(\\*)"/g

/** The private keys of a text. Linear: each character is looked at once. */
export function maskPrivateKeys(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text
  let shown = ''
  let done = 0
  const around = new EnclosingTexts(text)
  BEGINNING.lastIndex = 0
  for (let found = BEGINNING.exec(text); found; found = BEGINNING.exec(text)) {
    const end = endOfKey(text, BEGINNING.lastIndex, around.levelAt(found.index))
    shown += text.slice(done, found.index) + MASKED
    done = end
    BEGINNING.lastIndex = end
  }
  return shown + text.slice(done)
}

function endOfKey(text: string, from: number, level: number | undefined): number {
  END.lastIndex = from
  for (let found = END.exec(text); found; found = END.exec(text)) {
    const { 1: slashes, index } = found
    if (slashes === undefined) return END.lastIndex
    const sign: Sign = { char: '"', at: END.lastIndex - 1, slashes: slashes.length }
    if (closesText(text, sign, level)) return index
  }
  return text.length
}
