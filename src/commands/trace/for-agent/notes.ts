import { portWith } from '../../../port-with.ts'
import type { Invocation } from '../../invocation.ts'

/**
 * The run with its notes in `notes`, for the text: they may quote a server. What else is told on standard error stays there,
 * such as the address where a person signs in.
 */
export function notesInto(notes: string[], invocation: Invocation): Invocation {
  const { ports } = invocation
  const { terminal } = ports
  const err = (text: string) => {
    if (!text.startsWith('note: ')) return terminal.err(text)
    notes.push(text.trim().replaceAll(/\n\s*/g, ' '))
  }
  return { ...invocation, ports: { ...ports, terminal: portWith(terminal, { err }) } }
}
