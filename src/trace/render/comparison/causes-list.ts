import { count } from '../../../text/count.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd, fitLines, fitMiddle, padStart, safeName } from '../../../text/fit.ts'
import type { ComparedOperation, Comparison } from '../../compare/comparison.ts'
import { namesAbove } from '../../compare/path-text.ts'
import { originOf, selfDelta } from '../../compare/ranking.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../pen.ts'
import { signedDuration } from './signed-duration.ts'
import { arrow } from './verdict.ts'

const MOST_SHOWN = 5
/** Of those that may be chance. */
const MOST_UNSURE = 3
/** Two blanks, a difference, two blanks. */
const INDENT = 12

/** The ranked few: how much, what, and below it from what to what, how often, and where in the tree. */
export function causeLines(comparison: Comparison, pen: Pen): string[] {
  const { width, glyphs, style, full, more = '--full' } = pen
  const { rows: found, isSure } = originOf(comparison)
  if (found.length === 0) return []
  const told = full ? found : found.slice(0, isSure ? MOST_SHOWN : MOST_UNSURE)
  const rest = found.length - told.length
  const head = isSure ? 'where it comes from, by self time' : 'what differs, and may be chance, by self time'
  return [
    style.bold(fitEnd(head, width, glyphs.ellipsis)),
    ...told.flatMap((row) => linesOf(comparison, row, pen)),
    ...(rest > 0
      ? [style.dim(fitEnd(`${blanks(INDENT)}and ${rest} more${more && `: ${more}`}`, width, glyphs.ellipsis))]
      : []),
  ]
}

function linesOf(comparison: Comparison, row: number, pen: Pen): string[] {
  const { glyphs, style, width } = pen
  const one = comparison.rows[row]!
  const delta = `  ${padStart(signedDuration(selfDelta(one) ?? 0, glyphs.micro), INDENT - 4)}  `
  const room = width - INDENT
  if (room < 8) return [fitEnd(delta + safeName(one.name, glyphs.ellipsis), width, glyphs.ellipsis)]
  const facts = figures(comparison, one, pen)
  const under = underText(comparison, row, room, pen)
  const together = `${facts}, ${under}`
  const below =
    displayWidth(together) <= room ? [together] : [...fitLines(facts, room, glyphs.ellipsis), under]
  return [delta + whoText(one, room, pen), ...below.map((text) => blanks(INDENT) + style.dim(text))]
}

function whoText({ name, service }: ComparedOperation, room: number, { glyphs, style }: Pen): string {
  const whole = safeName(name === '' ? '(no name)' : name, glyphs.ellipsis)
  const fitted = fitEnd(safeName(service, glyphs.ellipsis), Math.floor(room / 3), glyphs.ellipsis)
  const left = room - displayWidth(fitted) - 2
  if (fitted === '' || left < 8) return style.bold(fitMiddle(whole, room, glyphs.ellipsis))
  return `${style.bold(fitMiddle(whole, left, glyphs.ellipsis))}  ${fitted}`
}

/** `30.0ms → 640ms, 3 → 30 calls`; for sides of several traces also in how many of them. */
function figures({ a: sideA, b: sideB }: Comparison, { a, b, change }: ComparedOperation, pen: Pen): string {
  // Those that are listed have a time.
  const time = (nanos = 0) => formatDuration(nanos, pen.glyphs.micro)
  const fromTo = (before: string, after: string) =>
    before === after ? before : `${before} ${arrow(pen)} ${after}`
  const texts =
    change === 'new'
      ? [`new: ${time(b.selfNanos)}, ${count(b.calls, 'call')}`]
      : change === 'gone'
        ? [`gone: ${time(a.selfNanos)}, ${count(a.calls, 'call')}`]
        : [
            fromTo(time(a.selfNanos), time(b.selfNanos)),
            `${fromTo(String(a.calls), String(b.calls))} ${b.calls === 1 && a.calls === 1 ? 'call' : 'calls'}`,
          ]
  const isOfMany = sideA.traces > 1 || sideB.traces > 1
  if (isOfMany && (a.traces !== sideA.traces || b.traces !== sideB.traces))
    texts.push(`in ${a.traces} of ${sideA.traces} ${arrow(pen)} ${b.traces} of ${sideB.traces} traces`)
  return texts.join(', ')
}

/** `under POST /checkout > GET /cart`, without the first ones where all do not fit. */
function underText({ rows }: Comparison, row: number, room: number, { glyphs }: Pen): string {
  const { names, isWhole } = namesAbove(rows, row)
  if (names.length === 0) return fitEnd('at the top', room, glyphs.ellipsis)
  const safe = names.map((name) => safeName(name === '' ? '(no name)' : name, glyphs.ellipsis))
  for (let from = 0; from < safe.length; from++) {
    const kept = safe.slice(from)
    const text = `under ${[...(from === 0 && isWhole ? [] : [glyphs.ellipsis]), ...kept].join(' > ')}`
    if (displayWidth(text) <= room) return text
  }
  return fitMiddle(`under ${safe.at(-1)}`, room, glyphs.ellipsis)
}
