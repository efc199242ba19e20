import { isSetting } from '../setting.ts'
import { endOf, endOfAll } from '../sticky.ts'
import { EnclosingTexts } from '../written/enclosing-text.ts'
import { isSensitiveMember, shownOfMember } from '../written/members.ts'
import { endOfWritten } from '../written/value.ts'
import { endOfBlock } from '../written/yaml-value.ts'
import { isName, isValue, LONGEST_NAME, NAMES, VALUES } from './item-words.ts'

// Items are also written without quotes around their keys: `{name: "token", value: "…"}`, Go's `map[name:token value:…]`,
// `name=token value=…` in logs, and lists of YAML.

/** Most texts hold no such value. */
const HINT = new RegExp(`[:=](?<=(?:${VALUES})[ \\t]{0,3}[:=])`, 'i')

const QUOTE = `(?:\\\\{0,16}["'])?`

/** The bracket of an item, if it stands here, what divides name and value, and the name. */
const NAME = new RegExp(
  `([[{(]\\s{0,8})?(?:(?<=\\\\[nrt])|(?<![\\w.$\\\\-]))(?:${NAMES})[ \\t]{0,3}([:=])[ \\t]{0,3}${QUOTE}([\\w.:-]{1,${LONGEST_NAME}})${QUOTE}`,
  'gi',
)

/** What stands before the value of the next member: its key is the group. */
const memberBy = (divider: string): RegExp =>
  new RegExp(`(?:[\\s,;]|\\\\{1,16}[nrt]){1,64}([a-z][\\w.-]{0,63})[ \\t]{0,3}${divider}[ \\t]{0,3}`, 'iy')

/** A value in a bracket goes to the next member, or to the bracket that closes it. */
const inBracketBy = (divider: string): RegExp =>
  new RegExp(
    `[^\\]})\\n\\r"\\\\ \\t,]+|(?![ \\t,][ \\t]{0,8}[a-z][\\w.-]{0,63}[ \\t]{0,3}${divider})[ \\t,]|\\\\+(?!["'\\\\])`,
    'iy',
  )

const MEMBER = { ':': memberBy(':'), '=': memberBy('=') }

const IN_BRACKET = { ':': inBracketBy(':'), '=': inBracketBy('=') }

/** A value in a line of its own, as YAML writes it. */
const LINE = /[^\n\r"\\]+|\\+(?![nr"'\\])/y

const WORD = /[^\s,;&"'\\)\]}]+|\\+(?!["'\\])/y

/** The value of a header may be two words. */
const SCHEME = /(?:basic|bearer|digest|negotiate|token|apikey)[ \t]{1,3}(?=[^\s,;&"'\\)\]}]|\\+(?!["'\\]))/iy

/** The value of another member. */
const OTHER = /\\{0,16}"[^"\n]{0,256}"|'[^'\n]{0,256}'|[^\s,;"'{}()[\]\\]{0,256}/y

/** What tells no secret. */
const NO_SECRET =
  /(?:true|false|null|nil|none|undefined|yes|no)(?![\w.-])|(\\{0,16}["'])\1(?=[\s,;)\]}]|\\{0,16}"|$)/iy

/** Between a name and its value stand a few members at most. */
const MOST_MEMBERS = 8

/** The values of such items. Linear: behind a name a bounded part of the text is looked at. */
export function maskBareItems(text: string): string {
  if (!HINT.test(text)) return text
  let shown = ''
  let done = 0
  const around = new EnclosingTexts(text)
  NAME.lastIndex = 0
  for (let found = NAME.exec(text); found; found = NAME.exec(text)) {
    const [, bracket, divider, name = ''] = found
    if (!isSensitiveMember(name)) continue
    const behind = NAME.lastIndex
    const from = valueBehind(text, behind, divider as Divider)
    if (from === undefined || endOf(NO_SECRET, text, from) !== undefined) continue
    const isLine = /\n|\\n/.test(text.slice(behind, from))
    const bare = isLine ? LINE : bracket === undefined ? WORD : IN_BRACKET[divider as Divider]
    const written = endOfWritten(text, from, around.levelAt(from))
    const end =
      written > from
        ? written
        : (endOfBlock(text, from) ?? endOfAll(bare, text, behindScheme(text, from, bare)))
    NAME.lastIndex = Math.max(end, behind)
    if (end === from || isSetting(name, text.slice(from, end))) continue
    shown += text.slice(done, from) + shownOfBare(text.slice(from, end), name)
    done = end
  }
  return shown + text.slice(done)
}

type Divider = keyof typeof MEMBER

/** Where the value of an item begins, behind its name. */
function valueBehind(text: string, from: number, divider: Divider): number | undefined {
  const member = MEMBER[divider]
  let at = from
  for (let count = 0; count < MOST_MEMBERS; count++) {
    member.lastIndex = at
    const [, key] = member.exec(text) ?? []
    if (key === undefined || isName(key, '')) return undefined
    at = member.lastIndex
    if (isValue(key, text.charAt(at))) return at
    at = endOf(OTHER, text, at) ?? at
  }
  return undefined
}

const behindScheme = (text: string, from: number, bare: RegExp): number =>
  bare === WORD ? (endOf(SCHEME, text, from) ?? from) : from

/** Addresses of peers are kept where they are internal ones. */
const shownOfBare = (value: string, name: string): string => {
  const isQuoted = /^\\*["'[{(]/.test(value)
  const kept = shownOfMember(isQuoted ? value : JSON.stringify(value), name)
  return !isQuoted && kept === JSON.stringify(value) ? value : kept
}
