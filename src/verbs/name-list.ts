import {
  type Answer,
  type Audience,
  drawnBlock,
  isPlain,
  type Note,
  type Step,
  textBlock,
} from '../frame/answer.ts'
import { type Flag, value } from '../frame/flag.ts'
import { count } from '../text/count.ts'
import { safeText } from '../text/safe-text.ts'

/** `--pattern`: whether a name contains the text. */
export const pattern: Flag<(name: string) => boolean> = {
  ...value('<text>', 'only names with this text, in any letter case', () => () => true),
  read: (typed) => {
    const text = typeof typed === 'string' ? typed.toLowerCase() : ''
    return (name) => name.toLowerCase().includes(text)
  },
}

/** The text of names and values, and the next step with the first name that can stand in a command. */
interface Names {
  /** Of one: `service`. */
  readonly noun: string
  readonly names: (audience: Audience) => readonly string[]
  /** What a person reads where there are none. */
  readonly none?: string
  readonly next: (name: string) => readonly Step[]
}

/** A list of names, one a line; all of an answer but its data. */
export function nameList({ noun, names, none, next }: Names): Omit<Answer, 'data'> {
  const shown = names('person')
  const plain = shown.find(isPlain)
  const nothing: Note | undefined =
    shown.length === 0 && none !== undefined ? { code: 'none', text: none } : undefined
  const lead = shown.length === 0 ? `No ${noun} found.` : `${count(shown.length, noun)}.`
  return {
    blocks: [
      textBlock(({ audience }) => (audience === 'agent' ? [lead] : [])),
      drawnBlock(({ audience }) =>
        audience === 'agent' ? names(audience) : shown.map((name) => safeText(name)),
      ),
    ],
    notes: [nothing],
    next: plain === undefined ? [] : next(plain),
  }
}
