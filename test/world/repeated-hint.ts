import type { Outcome } from './world.ts'

/** Something else comes first, or has to come: a person, another moment, a value that was missing. */
const FIRST = /\b(again|ready|then|choose|pipe|asks|wait|unlock|make room|allow|once)\b/i
const PLACEHOLDER = /^ (or: |"?[A-Z]{2,})/

/** No hint may advise the command line that has just failed, as it stands, in whatever order its words are. */
export function requireOtherCommand(argv: readonly string[], { exit, stderr }: Outcome): void {
  if (exit === 0 || argv.length === 0) return
  const hint = /^hint: (.*)$/m.exec(stderr)?.[1] ?? ''
  const typed = [...argv].sort().join(' ')
  for (const { index } of hint.matchAll(/\bls-auth /g)) {
    const words = hint.slice(index).split(' ')
    const command = words
      .slice(1, argv.length + 1)
      .map((word, i) => (i === argv.length - 1 ? bare(word) : word))
    const rest = words.slice(argv.length + 1).join(' ')
    if (command.sort().join(' ') !== typed || /^(--|https?:)/.test(rest) || PLACEHOLDER.test(` ${rest}`))
      continue
    if (!FIRST.test(hint)) throw new Error(`this hint repeats what has just failed: ${hint}`)
  }
}

const bare = (word: string): string => word.replace(/[.,;:)]+$/, '')
