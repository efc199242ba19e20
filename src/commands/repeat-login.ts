import type { Failure } from '../errors.ts'
import { commandLine } from './command-line.ts'
import type { Invocation } from './invocation.ts'

/** A `login` command in a hint, with its flags: of these three without a value, of others with one. */
const SUGGESTION = /\bls-auth login((?: --(?:device|paste|no-browser)(?![\w-])| --[a-z-]+ \S*[^\s.,;])*)/g
const WAYS: readonly string[] = ['device', 'paste', 'browser']

/**
 * The failure of a sign-in with a hint that can be typed as it stands: its `ls-auth login --paste` becomes the typed
 * command line with `--paste`. Before the first sign-in has been kept, the issuer and the client are in that line only.
 */
export function repeatLogin(failure: Failure, invocation: Invocation): Failure {
  return failure.withHint(
    failure.hint.replace(SUGGESTION, (suggestion, flags: string) => {
      const named = [...flags.matchAll(/--(?:no-)?([a-z-]+)/g)].map(([, name = '']) => optionName(name))
      if (named.includes('issuer')) return suggestion
      const replaced = named.some((name) => WAYS.includes(name)) ? [...WAYS, ...named] : named
      const without = Object.fromEntries(replaced.map((name) => [name, undefined]))
      return commandLine(invocation, without) + flags
    }),
  )
}

const optionName = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
