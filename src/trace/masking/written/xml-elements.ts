import { keptOf, MASKED } from '../kept-value.ts'
import { isSensitive } from '../sensitive-keys.ts'
import { isSetting } from '../setting.ts'
import { endOf } from '../sticky.ts'

// A value of XML stands between the tags of its element: `<wsse:Password Type="…">…</wsse:Password>`.

/** What begins a tag: as it is, as Go writes it in JSON, or as a text within XML. */
const LESS = /<|\\{1,8}u003[cC]|&lt;/.source

const GREATER = />|\\{1,8}u003[eE]|&gt;/.source

/**
 * The tag before a value: what begins it, the element with its prefix, and its attributes. No empty element (`<token/>`), and no
 * type of a programming language (`List<Token>`).
 */
const OPENING = new RegExp(
  `(?<![\\w)\\]])(${LESS})((?:[\\w-]{1,32}:)?([A-Za-z][\\w.-]{0,63}))(\\s[^<>]{0,512}?)?(?<!/)(?:${GREATER})`,
  'g',
)

/** An element of settings says its name in an attribute: `<entry key="password">`. */
const OF_SETTINGS = /^(?:entry|property|add|param(?:eter)?|setting|variable|env|header|field)$/i

const NAME_IN_ATTRIBUTE = /\s(?:name|key)=\\{0,16}["']([\w.:-]{1,128})\\{0,16}["']/

/** Before a value that is written as CDATA may stand a line, and a comment before any. */
const BEFORE_VALUE = /\s{0,256}(?:<!--[^>]{0,512}-->\s{0,256}){0,4}/y

const CDATA = '<![CDATA['

const END_OF_CDATA = ']]>'

const SPACE = /\s{0,256}/y

/** Where a text of JSON ends that the value stands in. */
const END_OF_TEXT = /"\s{0,8}[,:}\]]/

/** What only XML has, before an element that is cut off: a declaration, a closing tag, or the tag around it. */
const XML = /<\?xml|\sxmlns[:=]|<\/[A-Za-z]|<[A-Za-z][^<>]{0,256}>\s{0,64}$/

/** What tells no secret. */
const NO_SECRET = /^(?:true|false|null|nil|none)$/i

/** Most texts hold none. */
export const ELEMENTS = new RegExp(`(?:${LESS})[A-Za-z]`)

/** The values of sensitive elements. Linear: a value is looked for up to the next tag. */
export function maskElements(text: string): string {
  if (!ELEMENTS.test(text)) return text
  let shown = ''
  let done = 0
  OPENING.lastIndex = 0
  for (let found = OPENING.exec(text); found; found = OPENING.exec(text)) {
    const [, less = '', tag = '', element = '', attributes = ''] = found
    const said = OF_SETTINGS.test(element) ? NAME_IN_ATTRIBUTE.exec(attributes)?.[1] : undefined
    const name = [element, said].find((one) => one && isSensitive(one))
    if (name === undefined) continue
    const from = OPENING.lastIndex
    const end = endOfElement(text, { from, less, tag, at: found.index })
    const value = text.slice(from, end)
    const plain = value.trim()
    if (plain === '' || NO_SECRET.test(plain) || isSetting(name, plain)) continue
    shown += text.slice(done, from) + (keptOf(name, value) ?? MASKED)
    done = end
    OPENING.lastIndex = end
  }
  return shown + text.slice(done)
}

interface Element {
  /** Where its value begins. */
  readonly from: number
  /** Where it begins itself. */
  readonly at: number
  readonly less: string
  readonly tag: string
}

/** Where the value of an element ends. `from` where it has other elements in it, or is none. */
function endOfElement(text: string, { from, at, less, tag }: Element): number {
  const start = endOf(BEFORE_VALUE, text, from) as number
  if (text.startsWith(CDATA, start)) {
    const end = text.indexOf(END_OF_CDATA, start)
    return end < 0 ? text.length : (endOf(SPACE, text, end + END_OF_CDATA.length) as number)
  }
  const end = text.indexOf(less, start)
  const rest = end < 0 ? '' : text.slice(end + less.length, end + less.length + tag.length + MOST_SLASHES)
  const closing = /^\\*\//.exec(rest)?.[0]
  if (closing !== undefined && rest.startsWith(tag, closing.length)) return end
  // What is cut off ends with the text, perhaps within the tag that closes it.
  const isCutOff = end < 0 || (end + less.length + rest.length === text.length && `/${tag}`.startsWith(rest))
  return isCutOff && XML.test(text.slice(Math.max(0, at - MOST_BEFORE), at))
    ? endOfCutOff(text, from, end)
    : from
}

function endOfCutOff(text: string, from: number, end: number): number {
  const value = text.slice(from, end < 0 ? text.length : end)
  const last = END_OF_TEXT.exec(value)
  return from + (last ? last.index : value.length)
}

/** JSON may write a slash with backslashes. */
const MOST_SLASHES = 17

/** How much is looked at before an element that is cut off. */
const MOST_BEFORE = 4096
