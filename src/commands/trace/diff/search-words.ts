import { Failure } from '../../../errors.ts'
import { nearName } from '../../../text/near-name.ts'
import { safeText } from '../../../text/safe-text.ts'
import type { Flags } from '../../cli-command.ts'

/** Flags of `trace search` that a side takes without their dashes. Of `attr` there may be several. */
const WITH_VALUE = ['service', 'name', 'attr', 'min', 'max', 'query', 'since', 'from', 'to', 'limit', 'file']
const ALONE = ['error', 'errors']

/**
 * `service=checkout attr="http.route=/a b" error since=1d` → the flags of `trace search`. Values with blanks stand in
 * quotes. Failure `usage`, naming `flag` (`--a`).
 */
export function searchFlags(text: string, flag: string): Flags {
  const flags: Record<string, unknown> = {}
  for (const word of wordsOf(text, flag)) {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/su.exec(word) ?? []
    if (value === undefined && ALONE.includes(key)) flags[key] = true
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

/** Split at blanks that are in no quotes; quotes are taken away. */
function wordsOf(text: string, flag: string): string[] {
  const parts = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+|["']/gu) ?? []
  if (parts.some((part) => part === '"' || part === "'"))
    throw new Failure('usage', `${flag}: a quote is not closed`, { hint: EXAMPLE })
  return parts.map((part) => part.replace(/"([^"]*)"|'([^']*)'/gu, (_, double, single) => double ?? single))
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
