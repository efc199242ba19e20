import { PLACE_NAMES } from '../backends/backend.ts'
import type { Failure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { API_SETTINGS, SETTING_TABLE } from '../settings/setting-table.ts'
import { commandLine, optionWords, type TypedLine } from './command-line.ts'
import { forOutside } from './outside-proxy.ts'

/** Commands that ask the trace API, so that they take the flags that say which. */
const ASKS_API = 'doctor|exec|mcp|proxy|query|services|attributes|trace (?:get|search)'
/** The other commands that work with the profile in use. */
const USES_PROFILE = 'logout|token|whoami|check|profile (?:show|set)'

/**
 * A `login` command in a hint, with its flags: of these three without a value, of others with one. With an address it is a
 * whole line already.
 */
const LOGIN =
  /\bls-auth login\b(?! (?:URL|\S*[.:/]\S))((?: --(?:device|paste|no-browser)(?![\w-])| --[a-z-]+ (?:'(?:[^']|'\\'')*'|(?:"[^"]*")+|\S*[^\s.,;]))*)/g
/** The other commands of a hint, each with all that follows: a whole line to copy has its flags at the end. */
const OTHERS = new RegExp(`\\bls-auth (${ASKS_API}|${USES_PROFILE})\\b(?! --help)((?:(?!ls-auth ).)*)`, 'g')
const WAYS: readonly string[] = ['device', 'paste', 'browser']

/** The typed line, and the machine whose shell the hint is for. */
type LineOfHere = TypedLine & { readonly ports: Pick<Ports, 'env'> }

/** The failure with a hint whose commands can be typed unchanged; see {@link repeatFlags} and {@link forOutside}. */
export function withTypedFlags(failure: Failure, line: LineOfHere): Failure {
  const hint = repeatFlags(failure.hint, line)
  return forOutside(hint === failure.hint ? failure : failure.withHint(hint), line.ports.env)
}

/**
 * A hint whose commands repeat the typed flags that matter: the profile, and the settings that a command takes. After a `login`
 * its `ls-auth login --paste` becomes the whole typed command line with `--paste`. Before the first sign-in, the issuer and the
 * client are in that line only.
 */
export function repeatFlags(hint: string, line: LineOfHere): string {
  return hint
    .replace(LOGIN, (_, flags: string) =>
      line.command === 'login'
        ? loginAgain(flags, line)
        : `ls-auth login${typed(MAKES_PROFILE.test(flags) ? ['reason'] : keptByLogin(line), flags, line)}${flags}`,
    )
    .replace(/: add --authorization none\b/, (more) =>
      line.settings.api === undefined ? more : `: ${commandLine(line, { authorization: 'none' })}`,
    )
    .replace(/\bls-auth login (?:URL|https?:\S+)(?=\s|$)(?! --)/, (first) => first + typed([], '', line))
    .replace(OTHERS, (_, command: string, flags: string) => {
      const takes = new RegExp(`^(?:${ASKS_API})$`).test(command) ? API_FLAGS : []
      return `ls-auth ${command}${typed(takes, flags, line)}${flags}`
    })
}

const API_FLAGS = SETTING_TABLE.flatMap(({ key, flag }) =>
  flag !== undefined && (API_SETTINGS as readonly string[]).includes(key) ? [flag] : [],
)

/** What one question was about, `login` would keep as the default of all others, and the sign-in is not for it. */
const OF_ONE_QUESTION: readonly string[] = PLACE_NAMES

const keptByLogin = ({ settings }: TypedLine): string[] =>
  Object.keys(settings).filter((name) => !OF_ONE_QUESTION.includes(name))

/** A line that makes a profile: `login` would keep in it what was typed for one run of another command. */
const MAKES_PROFILE = /^ --profile .* --client-id /

function loginAgain(flags: string, line: LineOfHere): string {
  const named = namesIn(flags)
  // The address holds a code.
  const replaced = ['finish', ...(named.some((name) => WAYS.includes(name)) ? WAYS : []), ...named]
  // `--scope` adds to the scopes that the hint is about, and a sign-in that may not ask can do less than any other.
  if (named.join() === 'scopes') replaced.push('scope')
  if (line.options.prompt === 'none') replaced.push('prompt')
  // The hint names the API itself: then it is not the address that says how to sign in.
  const args = named.includes('api') ? [] : line.args
  return commandLine({ ...line, args }, Object.fromEntries(replaced.map((name) => [name, undefined]))) + flags
}

/** `--profile` and those of `names` that were typed, but for the ones the hint gives itself. */
function typed(names: readonly string[], flags: string, { options, settings, ports }: LineOfHere): string {
  const own = namesIn(flags)
  const matter = {
    profile: options.profile,
    ...Object.fromEntries(names.map((name) => [name, settings[name]])),
  }
  const repeated = Object.entries(matter).filter(([name]) => !own.includes(name))
  return optionWords(Object.fromEntries(repeated), ports.env.platform)
}

const namesIn = (flags: string): string[] =>
  [...flags.matchAll(/--(?:no-)?([a-z-]+)/g)].map(([, name = '']) => optionName(name))

const optionName = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
