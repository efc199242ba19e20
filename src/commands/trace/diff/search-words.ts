import { Failure } from '../../../errors.ts'
import { nearName } from '../../../text/near-name.ts'
import { safeText } from '../../../text/safe-text.ts'
import { shellWord } from '../../../text/shell-word.ts'
import type { Flags } from '../../cli-command.ts'
import { ALONE, WITH_VALUE } from './side-words.ts'

/**
 * `service=checkout attr="http.route=/a b" error since=1d` → the flags of `trace search`. Values with blanks stand in
 * quotes. Failure `usage`, naming `flag` (`--a`).
 */
export function searchFlags(text: string, flag: string): Flags {
  const flags: Record<string, unknown> = {}
  for (const word of wordsOf(text, flag)) {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/su.exec(word) ?? []
    if (value === undefined && ALONE.includes(key)) flags.error = true
    else if (ALONE.includes(key)) throw takesNone(key, flag)
    else if (!WITH_VALUE.includes(key)) throw unknownWord(key, value, flag)
    else if (value === undefined || value === '') throw noValue(key, flag)
    else if (key === 'attr') flags.attr = [...((flags.attr as string[] | undefined) ?? []), value]
    else if (key in flags)
      throw new Failure('usage', `${flag}: ${key} is there twice`, { hint: 'Give it once.' })
    else flags[key] = value
  }
  if (Object.keys(flags).length > 0) return flags
  throw new Failure('usage', `${flag} is empty`, { hint: EXAMPLE })
}

const EXAMPLE = "Write it like 'service=checkout since=1d'."
const QUOTED = `Write it like 'name="GET /cart" since=1d'.`

/** Split at blanks that are in no quotes; quotes are taken away. */
function wordsOf(text: string, flag: string): string[] {
  requireWholeQuotes(text, flag)
  const parts = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/gu) ?? []
  return parts.map((part) => part.replace(/"([^"]*)"|'([^']*)'/gu, (_, double, single) => double ?? single))
}

/** Failure `usage`: a quote that is not closed, or one that touches a letter, as in O'Brien, and is part of what is meant. */
function requireWholeQuotes(text: string, flag: string): void {
  const pieces = text.match(/"[^"]*"|'[^']*'|./gsu) ?? []
  for (const [i, piece] of pieces.entries()) {
    if (!/^["']/.test(piece)) continue
    const isLone = piece.length === 1
    if (isLetter(pieces[i - 1]) || (!isLone && isLetter(pieces[i + 1])))
      throw new Failure('usage', `${flag}: a quote is part of a word`, { hint: otherKind(flag) })
    if (isLone) throw new Failure('usage', `${flag}: a quote is not closed`, { hint: QUOTED })
  }
}

const isLetter = (piece: string | undefined): boolean =>
  piece !== undefined && /^[\p{L}\p{M}\p{N}_]$/u.test(piece)

const otherKind = (flag: string): string =>
  `A value with a quote in it stands in quotes of the other kind: ${flag} ${shellWord(`name="O'Brien"`)}`

function takesNone(key: string, flag: string): Failure {
  return new Failure('usage', `${flag}: ${key} takes no value`, { hint: `Write ${key}, or leave it out.` })
}

function unknownWord(key: string, value: string | undefined, flag: string): Failure {
  if (value === undefined)
    return new Failure('usage', `${flag}: "${safeText(key, 60)}" is not key=value`, {
      hint: `${flag} is a search. ${EXAMPLE} An id or a file goes without ${flag}.`,
    })
  const near = nearName(key, [...WITH_VALUE, ...ALONE])
  const hint = `${near === undefined ? '' : `Did you mean ${near}? `}It takes ${[...WITH_VALUE, 'error'].join(', ')}.`
  return new Failure('usage', `${flag}: "${safeText(key, 60)}" is not known`, { hint })
}

const noValue = (key: string, flag: string): Failure =>
  new Failure('usage', `${flag}: ${key} has no value`, { hint: `Write it like ${key}=VALUE.` })
