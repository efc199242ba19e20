import { UNFINISHED_WORDS, type Unfinished } from '../tree/endless.ts'
import { unfinishedText } from '../tree/unfinished.ts'

/** How many traces of a side have a root without a usable end. */
export interface UnfinishedSide {
  /** How many were compared. */
  readonly traces: number
  readonly unfinished: number
  /** How many there are, the unfinished ones among them. */
  readonly all: number
  /** Of the first one. */
  readonly why: Unfinished | undefined
}

/** Too many of them are unfinished for the others to speak for all. */
export const isUnknown = ({ unfinished, all }: UnfinishedSide): boolean => unfinished * 2 > all

/** `B's root has no end`: why nobody can tell which of both took longer. Undefined: it can be told. */
export function whyUnknown(sides: {
  readonly a: UnfinishedSide
  readonly b: UnfinishedSide
}): string | undefined {
  const texts = (['a', 'b'] as const)
    .filter((side) => isUnknown(sides[side]))
    .map((side) => sideText(side.toUpperCase(), sides[side]))
  return texts.length === 0 ? undefined : texts.join(', and ')
}

function sideText(letter: string, side: UnfinishedSide): string {
  if (side.all === 1) return `${letter}'s root ${UNFINISHED_WORDS[side.why ?? 'end-missing']}`
  return `in ${letter} ${unfinishedText(side)}`
}
