import type { AttributeValue } from '../../model.ts'
import type { Named } from '../written/value.ts'

/** A program that is given a password by a flag whose name does not say so. */
export interface Program {
  /** What it is called, and a command of it, if only that one has the flag: patterns. */
  readonly words: readonly string[]
  /** The flags and their values in its command line. */
  readonly flags: Named
  /** Whether an argument is a password, or holds one. In a list the flag may be the item before. */
  isSecret(before: AttributeValue | undefined, item: string): boolean
}

/** A part of an argument may stand in quotes: `ada:'a b'`. */
export const ARGUMENT = /[^\s"'\\]+|'[^'\n]{0,256}'|\\{0,16}"[^"\n]{0,256}"|\\+(?!["'\\])/y

/** In a list a quote ends the argument. */
export const ARGUMENT_IN_LIST = /[^\s"'\\]+|\\+(?!["'\\])/y

/** What divides a flag from its value in a list that is written as a text: `"-u", "…"`. */
export const IN_LIST = String.raw`\\{0,16}["'],\s{0,3}(?=\\{0,16}["'])`
