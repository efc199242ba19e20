import type { Invocation } from '../../commands/invocation.ts'
import { portWith } from '../../port-with.ts'

/** The run with what it would tell a person on standard error as lines in `notes`: they may quote a server. */
export function toldTo(notes: string[], invocation: Invocation): Invocation {
  const { ports } = invocation
  const err = (text: string) => void notes.push(...text.split('\n').filter((line) => line !== ''))
  // A person's --quiet is about standard error.
  const options = { ...invocation.options, quiet: undefined }
  return { ...invocation, options, ports: { ...ports, terminal: portWith(ports.terminal, { err }) } }
}

/** Of such lines what was spent, in words and figures of ours alone. */
export const spentNotes = (told: readonly string[]): string[] =>
  told.flatMap((line) => {
    if (line.startsWith('snapshot taken')) return ['Note: A snapshot was taken and paid for.']
    return line.startsWith('snapshots: ') ? [`Note: ${line}.`] : []
  })
