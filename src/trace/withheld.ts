import type { Span } from './model.ts'

const isWithheld = ({ marks }: Pick<Span, 'marks'>): boolean => marks.includes('attributes-withheld')

/** Of how many of these spans the attributes are withheld. */
export function countWithheld(spans: readonly Pick<Span, 'marks'>[]): number {
  let count = 0
  for (let i = 0; i < spans.length; i++) if (isWithheld(spans[i]!)) count += 1
  return count
}

/**
 * The notice for a person; undefined: nothing is withheld. `top`: the span that was asked for, when these are only it and the
 * spans below it.
 */
export function withheldNote(
  spans: readonly Pick<Span, 'marks'>[],
  top?: Pick<Span, 'marks'>,
): string | undefined {
  const count = countWithheld(spans)
  if (count === 0) return undefined
  if (top === undefined || !isWithheld(top))
    return `the attributes of ${count === 1 ? '1 span' : `${count} spans`} are withheld from you`
  const below = count === 1 ? '' : ` and of ${count - 1} below it`
  return `the attributes of this span${below} are withheld from you`
}
