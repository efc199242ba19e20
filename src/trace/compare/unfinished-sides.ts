import { UNFINISHED_WORDS } from '../tree/endless.ts'
import { type UnfinishedCount, type UnfinishedTrace, unfinishedText } from '../tree/unfinished.ts'

/** How many traces of a side are unfinished. */
export interface UnfinishedSide extends UnfinishedCount {
  /** How many were compared. */
  readonly traces: number
  /** How many there are, the unfinished ones among them. */
  readonly all: number
  /** The first unfinished one. */
  readonly first: UnfinishedTrace | undefined
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
  if (side.all > 1 || side.first === undefined) return `in ${letter} ${unfinishedText(side)}`
  const { top, why } = side.first
  const whose = {
    'the root': `${letter}'s root`,
    'a root': `a root of ${letter}`,
    'a part': `a part of ${letter}`,
  }
  return `${whose[top]} ${UNFINISHED_WORDS[why]}`
}
