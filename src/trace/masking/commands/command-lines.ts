import type { AttributeValue } from '../../model.ts'
import { closesText, EnclosingTexts } from '../written/enclosing-text.ts'
import { endOfQuoted, replaceWritten } from '../written/value.ts'
import { CURL } from './curl-user.ts'
import { PASSWORD_FLAGS } from './password-flags.ts'
import { ARGUMENT_IN_LIST, type Program } from './program.ts'

// Some programs are given passwords by flags that mean other things to other programs: `-u 1000:1000`, `-p 8080:80`.

const PROGRAMS: readonly Program[] = [CURL, ...PASSWORD_FLAGS]

/** Options may stand before the command of a program, too. */
const BETWEEN_WORDS = String.raw`(?:\s{1,8}(?:-\S{1,64}\s{1,8}(?:[^\s-]\S{0,64}\s{1,8})?){0,3}|\\{0,16}["'],\s{0,3}\\{0,16}["'])`

/** A command, or its path, each in a group. In a list of arguments it stands in quotes, which are the last group. */
const COMMAND = new RegExp(
  `(?<![\\w.=-])(?:${PROGRAMS.map(({ words: [name, ...command] }) => `(${[`${name}(?:\\.exe)?`, ...command].join(BETWEEN_WORDS)})`).join('|')})(?=[\\s\\\\]|["'],)(\\\\{0,16}["'],)?`,
  'g',
)

/** Most texts hold none. */
const HINT = /curl|sshpass|mysql|mariadb|login|redis-cli|mongo|ldap|sqlcmd/

/** What ends a command, and the quotes that a part of it may stand in. A line goes on behind a backslash. */
const END = /["']|[;&]{1,2}(?=\s|$)|&&|\||(?<!\\\r?)\n/g

/** The same of a list. */
const END_OF_LIST = /["'\]]/g

/** The passwords in command lines of these programs. */
export function maskCommandLines(text: string): string {
  if (!HINT.test(text)) return text
  let shown = ''
  let done = 0
  const around = new EnclosingTexts(text)
  const commands = text.matchAll(COMMAND)
  for (let found = commands.next().value, next = found; found; found = next) {
    next = commands.next().value
    const from = found.index + found[0].length
    const { flags } = PROGRAMS[found.findIndex((group, i) => i > 0 && group !== undefined) - 1] as Program
    const isList = found.at(-1) !== undefined
    const to = next?.index ?? text.length
    const end = isList
      ? endOfCommand(text, { from, to, end: END_OF_LIST })
      : endOfCommand(text, { from, to, end: END, level: around.levelAt(found.index) })
    const masked = replaceWritten(
      text.slice(from, end),
      isList ? { ...flags, bare: ARGUMENT_IN_LIST } : flags,
    )
    shown += text.slice(done, from) + masked
    done = end
  }
  return shown + text.slice(done)
}

interface Command {
  readonly from: number
  /** Where the next one begins. */
  readonly to: number
  readonly end: RegExp
  /** Of the text that it stands in. A list ends before that does. */
  readonly level?: number | undefined
}

/** Where the arguments of a command end: with it, with the text that it stands in, or where another one begins. */
function endOfCommand(text: string, { from, to, end, level }: Command): number {
  // Not in all that follows: a command that has no end would cost the whole text, each time.
  const upToNext = text.slice(0, to + 1)
  end.lastIndex = from
  for (let found = end.exec(upToNext); found && found.index < to; found = end.exec(upToNext)) {
    const at = found.index
    if (!/["']/.test(found[0])) return at
    let first = at
    while (first > from && text[first - 1] === '\\') first--
    if (closesText(text, { char: found[0], at, slashes: at - first }, level)) return first
    const behind = endOfQuoted(text, first, level, to)
    end.lastIndex = behind > at ? behind : behindAll(text, text.slice(first, at + 1), at + 1)
  }
  return to
}

/** Behind all quotes of a run, which are many empty texts. */
function behindAll(text: string, quote: string, from: number): number {
  let at = from
  while (text.startsWith(quote, at)) at += quote.length
  return at
}

const COMMANDS = PROGRAMS.map((program) => ({
  program,
  words: program.words.map(
    (word, i) => new RegExp(i === 0 ? `^(?:.*[/\\\\])?${word}(?:\\.exe)?$` : `^${word}$`),
  ),
}))

/** Which items of a list of arguments are passwords, or hold one. */
export function secretArguments(items: readonly AttributeValue[]): (place: number) => boolean {
  const found = items.flatMap((_, at) =>
    COMMANDS.flatMap(({ program, words: [name, ...command] }) =>
      name?.test(textOf(items[at])) && command.every((word) => isAmong(items, at, word))
        ? [{ program, at }]
        : [],
    ),
  )
  return (place) => {
    const { program } = found.findLast(({ at }) => at < place) ?? {}
    const item = items[place]
    return program !== undefined && typeof item === 'string' && program.isSecret(items[place - 1], item)
  }
}

/** Options may stand before the command of a program. */
const isAmong = (items: readonly AttributeValue[], at: number, word: RegExp): boolean => {
  const most = textOf(items[at + 1]).startsWith('-') ? MOST_BEFORE_COMMAND : 1
  return items.slice(at + 1, at + 1 + most).some((item) => word.test(textOf(item)))
}

const MOST_BEFORE_COMMAND = 4

const textOf = (item: AttributeValue | undefined): string => (typeof item === 'string' ? item : '')
