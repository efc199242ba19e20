import type { AttributeValue } from '../model.ts'
import { MASKED } from './kept-value.ts'
import { closesText, EnclosingTexts } from './written/enclosing-text.ts'
import { endOfQuoted, type Named, replaceWritten } from './written/value.ts'

// curl is given a name and its password in one argument. Other programs mean other things by these flags: `-u 1000:1000`.

/** The command, or its path. In a list of arguments it stands in quotes, which are the group. */
const COMMAND = /(?<![\w.=-])curl(?:\.exe)?(?=[\s\\]|["'],)(\\{0,16}["'],)?/g

/** What ends a command, and the quotes that it may stand in. A line goes on behind a backslash. */
const END = /["']|[;&]{1,2}(?=\s|$)|&&|\||(?<!\\\r?)\n/g

/** The same of a list. */
const END_OF_LIST = /\]/g

const FLAG = /-[A-Za-z#]{0,8}[uU]|--(?:proxy-)?user/.source

/** Name and password. Names that begin with `system:` are those of Kubernetes. */
const USER = /(?!-|system:)[^\s:"'\\]{0,128}:(?![\s"'\\]*(?:$|[\s,\]]))/.source

/** The flag, its value's beginning, and the colon before the password. */
const BEGINNING = new RegExp(
  `(?<=[\\s"'])(?:-[A-Za-z#]{0,8}[uU]\\s{0,8}|--(?:proxy-)?user(?:=|\\s{1,8})|(?:${FLAG})\\\\{0,16}["'],\\s{0,3}(?=\\\\{0,16}["']))(?=(?:\\\\{0,16}["'])?${USER})`,
  'g',
)

/** A part of an argument may stand in quotes: `ada:'a b'`. */
const BARE = /[^\s"'\\]+|'[^'\n]{0,256}'|\\{0,16}"[^"\n]{0,256}"|\\+(?!["'\\])/y

const USERS: Named = { beginning: BEGINNING, bare: BARE, shown: () => MASKED }

/** Name and password of a command line of curl. */
export function maskCurlUsers(text: string): string {
  if (!text.includes('curl')) return text
  let shown = ''
  let done = 0
  const around = new EnclosingTexts(text)
  COMMAND.lastIndex = 0
  for (let found = COMMAND.exec(text); found; found = COMMAND.exec(text)) {
    const from = COMMAND.lastIndex
    const end =
      found[1] === undefined
        ? endOfCommand(text, from, around.levelAt(found.index))
        : endOfArguments(text, from)
    shown += text.slice(done, from) + replaceWritten(text.slice(from, end), USERS)
    done = end
    COMMAND.lastIndex = end
  }
  return shown + text.slice(done)
}

/** Where the arguments of a command end: with it, or with the text that it stands in. */
function endOfCommand(text: string, from: number, level: number | undefined): number {
  END.lastIndex = from
  for (let found = END.exec(text); found; found = END.exec(text)) {
    const at = found.index
    if (!/["']/.test(found[0])) return at
    let first = at
    while (first > from && text[first - 1] === '\\') first--
    if (closesText(text, { char: found[0], at, slashes: at - first }, level)) return first
    END.lastIndex = Math.max(at + 1, endOfQuoted(text, first, level))
  }
  return text.length
}

function endOfArguments(text: string, from: number): number {
  END_OF_LIST.lastIndex = from
  return END_OF_LIST.exec(text)?.index ?? text.length
}

const IS_COMMAND = /^(?:\S*\/)?curl(?:\.exe)?$/

const IS_FLAG = new RegExp(`^(?:${FLAG})$`)

const IS_USER = new RegExp(`^${USER}`)

const IS_FLAG_AND_USER = new RegExp(`^(?:${FLAG})=?${USER}`)

/** Where the arguments of curl begin in a list of them, or its length. */
export function argumentsOfCurl(items: readonly AttributeValue[]): number {
  const at = items.findIndex((item) => typeof item === 'string' && IS_COMMAND.test(item))
  return at < 0 ? items.length : at + 1
}

/** Whether an argument of curl says name and password. */
export const isCurlUser = (before: AttributeValue | undefined, item: AttributeValue): boolean =>
  typeof item === 'string' &&
  (IS_FLAG_AND_USER.test(item) || (typeof before === 'string' && IS_FLAG.test(before) && IS_USER.test(item)))
