import { type UnfinishedTrace, unfinishedOf, unfinishedText } from '../tree/known-times.ts'
import { UNFINISHED_WORDS } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** Why the duration of a request stays unknown. All undefined or false: it is whole. */
export interface Incomplete {
  /** A root (without one: a part) has no usable end. */
  readonly unfinished: UnfinishedTrace | undefined
  readonly isRootless: boolean
  /** The back end or the file gave only a part of it. */
  readonly isPart: boolean
}

/** Undefined: the trace is whole. */
export function incompleteOf(tree: TraceTree): Incomplete | undefined {
  const unfinished = unfinishedOf(tree)
  const isRootless = tree.roots.length === 0
  const isPart = tree.trace.partial !== undefined
  return unfinished || isRootless || isPart ? { unfinished, isRootless, isPart } : undefined
}

/**
 * Most traces of both sides have no root: a service behind a gateway whose spans go elsewhere. Its requests are always so,
 * whole or not: each is compared from its first start to its last end.
 */
export const areRootsElsewhere = (
  a: readonly (Incomplete | undefined)[],
  b: readonly (Incomplete | undefined)[],
): boolean => [a, b].every((side) => countRootless(side) * 2 > side.length)

const countRootless = (traces: readonly (Incomplete | undefined)[]): number =>
  traces.filter((one) => one?.isRootless).length

export interface IncompleteSide {
  readonly traces: number
  /** How many there are, the incomplete ones among them. */
  readonly all: number
  readonly incomplete: number
  /** With a root (without one: a part) without a usable end. */
  readonly unfinished: number
  readonly rootless: number
  /** How many are incomplete since they have no root: none, see {@link areRootsElsewhere}, or all of these. */
  readonly rootMissed: number
  readonly parts: number
  readonly first: Incomplete | undefined
}

/** Counts those of one side. */
export function countIncomplete(
  traces: readonly (Incomplete | undefined)[],
  rootsAreElsewhere: boolean,
): Omit<IncompleteSide, 'traces'> {
  const found = traces.flatMap((one) => (isIncomplete(one, rootsAreElsewhere) ? one : []))
  const rootless = countRootless(traces)
  const unfinished = found.flatMap((one) => one.unfinished ?? [])
  return {
    all: traces.length,
    incomplete: found.length,
    unfinished: unfinished.length,
    rootless,
    rootMissed: rootsAreElsewhere ? 0 : rootless,
    parts: found.filter(({ isPart }) => isPart).length,
    first: found[0],
  }
}

/** Whether a trace is incomplete, where its root need not be there: for another reason than that. */
export const isIncomplete = (one: Incomplete | undefined, rootsAreElsewhere: boolean): one is Incomplete =>
  one !== undefined && (!rootsAreElsewhere || one.unfinished !== undefined || one.isPart)

/** Too many of them are incomplete for the others to speak for all. */
export const isUnknown = ({ incomplete, all }: Pick<IncompleteSide, 'incomplete' | 'all'>): boolean =>
  incomplete * 2 > all

/** `B's root has no end`: why it is unknown which of both took longer. Undefined: it is known. */
export function whyUnknown(sides: {
  readonly a: IncompleteSide
  readonly b: IncompleteSide
}): string | undefined {
  const texts = (['a', 'b'] as const)
    .filter((side) => isUnknown(sides[side]))
    .map((side) => sideText(side.toUpperCase(), sides[side]))
  return texts.length === 0 ? undefined : texts.join(', and ')
}

function sideText(letter: string, side: IncompleteSide): string {
  if (side.all > 1 || side.first === undefined) return `in ${letter} ${incompleteText(side)}`
  const { unfinished, isPart } = side.first
  if (unfinished === undefined) return isPart ? `of ${letter} only a part is here` : `${letter} has no root`
  const whose = {
    'the root': `${letter}'s root`,
    'a root': `a root of ${letter}`,
    'a part': `a part of ${letter}`,
  }
  return `${whose[unfinished.top]} ${UNFINISHED_WORDS[unfinished.why]}`
}

/** `5 of 12 traces have no root, 1 of 12 traces is only in part here`. A trace may be counted in each. */
export function incompleteText(side: IncompleteSide): string {
  const { all, unfinished, rootMissed, parts } = side
  const texts = [
    ...(unfinished > 0 ? [unfinishedText(unfinished, all)] : []),
    ...(rootMissed > 0
      ? [`${rootMissed} of ${all} traces ${rootMissed === 1 ? 'has' : 'have'} no root`]
      : []),
    ...(parts > 0 ? [`${parts} of ${all} traces ${parts === 1 ? 'is' : 'are'} here only in part`] : []),
  ]
  return texts.join(', ')
}
