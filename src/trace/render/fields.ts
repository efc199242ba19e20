import { displayWidth, graphemes } from '../../text/display-width.ts'
import { blanks, fitEnd, padEnd, safeName } from '../../text/fit.ts'
import { safeText } from '../../text/safe-text.ts'
import type { TimeOnPath } from '../analysis/critical-path.ts'
import { attributeText } from '../formats/attributes-json.ts'
import { isoTime } from '../formats/span-times.ts'
import type { Attributes, AttributeValue, SpanEvent } from '../model.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration } from './format-duration.ts'
import type { Pen } from './glyphs.ts'

/** A name and an untrusted value. */
export interface Field {
  readonly name: string
  readonly value: string
  readonly paint?: (text: string) => string
}

const GAP = 2
/** A name never takes more than this share of the line; a longer one has a line of its own. */
const MOST_NAME = 0.45

/**
 * `name  value` lines, values below each other. A value that does not fit beside its name without a break inside of a
 * word (an id, an address) stands below the name instead.
 */
export function fieldLines(fields: readonly Field[], indent: number, pen: Pen): string[] {
  const { width, glyphs } = pen
  const most = Math.floor((width - indent) * MOST_NAME)
  const names = fields.map(({ name }) => safeName(name, glyphs.ellipsis))
  const column = names
    .map(displayWidth)
    .reduce((widest, own) => (own <= most ? Math.max(widest, own) : widest), 0)
  return fields.flatMap((field, i) => {
    const name = names[i]!
    const beside = valueLines(field, Math.max(1, width - indent - column - GAP), pen)
    if (displayWidth(name) <= column && !beside.isBroken) {
      const margin = blanks(indent + column + GAP)
      return beside.lines.map((line, at) =>
        at === 0
          ? `${blanks(indent)}${pen.style.dim(padEnd(name, column))}${blanks(GAP)}${line}`
          : margin + line,
      )
    }
    const below = valueLines(field, Math.max(1, width - indent - 2 * GAP), pen)
    const head = blanks(indent) + pen.style.dim(fitEnd(name, width - indent, glyphs.ellipsis))
    return [head, ...below.lines.map((line) => blanks(indent + 2 * GAP) + line)]
  })
}

interface ValueLines {
  readonly lines: readonly string[]
  readonly isBroken: boolean
}

function valueLines({ value, paint = (text) => text }: Field, room: number, pen: Pen): ValueLines {
  const { shown, left } = pen.full ? { shown: value, left: 0 } : beginningOf(value)
  const lines = brokenLines(left > 0 ? shown.trimEnd() + pen.glyphs.ellipsis : shown, room)
  const isBroken = shown.split(/[\s,;&|]+/).some((word) => displayWidth(word) >= room)
  const more = left > 0 ? [pen.style.dim(moreOf(left, 'character', pen, room))] : []
  return { lines: [...lines.map(paint), ...more], isBroken }
}

/** `and 1,234 more characters: --full`. */
export function moreOf(left: number, noun: string, { glyphs, more = '--full' }: Pen, room: number): string {
  const digits = String(left).replace(/\B(?=(\d{3})+$)/g, ',')
  return fitEnd(`and ${digits} more ${noun}${left === 1 ? '' : 's'}: ${more}`, room, glyphs.ellipsis)
}

/** Attributes sorted by key, values as text: strings unchanged, all else as JSON. */
export function attributeFields(attributes: Attributes): Field[] {
  return [...attributes]
    .sort(([a], [b]) => Number(a > b) - Number(a < b))
    .map(([name, value]) => ({ name: name === '' ? '""' : name, value: valueText(value) }))
}

function valueText(value: AttributeValue): string {
  return value === '' ? '""' : attributeText(value)
}

/** How many attributes, events or links are listed, unless all are asked for. */
const MOST_LISTED = 50

/** The beginning of a list, and the line that counts the rest. */
export function listed<Item>(
  items: readonly Item[],
  noun: string,
  indent: number,
  pen: Pen,
  most = MOST_LISTED,
): { readonly shown: readonly Item[]; readonly more: readonly string[] } {
  if (pen.full || items.length <= most) return { shown: items, more: [] }
  const line = moreOf(items.length - most, noun, pen, pen.width - indent)
  return { shown: items.slice(0, most), more: [blanks(indent) + pen.style.dim(line)] }
}

/** The line above a part of the details. */
export function heading(text: string, { width, glyphs, style }: Pen): string {
  return style.bold(fitEnd(text, width, glyphs.ellipsis))
}

/** `+12.0ms`, `-3.00ms`. */
export function offsetText(nanos: number, { glyphs }: Pick<Pen, 'glyphs'>): string {
  return signed(nanos, glyphs.micro)
}

/** The data behind the details of a span. */
export interface DetailsOf {
  readonly tree: TraceTree
  readonly node: number
  readonly onPath: TimeOnPath
  /** The moment that offsets count from, in nanoseconds after the tree's start. */
  readonly zeroNanos: number
  /** `steps`: the way from the root has a line for each span. `line`: it is one text. */
  readonly way: 'steps' | 'line'
}

/** Characters after which a line may be broken; a word between them stays whole where it fits into a line. */
const BREAKS = new Set([' ', ',', ';', '&', '|'])

/**
 * An untrusted text as sanitized lines of at most `width` columns: its own lines, each broken where it is too long. Only blanks
 * at a break are lost. Tabs become two blanks: stacks are indented with them.
 */
export function brokenLines(text: string, width: number): string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) => broken(safeText(line.replaceAll('\t', '  '), Number.POSITIVE_INFINITY), width))
}

function broken(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line]
  const parts = graphemes(line)
  const lines: string[] = []
  let from = 0
  while (from < parts.length) {
    const to = endOfLine(parts, from, width)
    lines.push(parts.slice(from, to).join('').trimEnd())
    from = parts[to] === ' ' ? to + 1 : to
  }
  return lines
}

/** Where the line that begins at `from` ends: after the last break that fits, else as far as it fits. */
function endOfLine(parts: readonly string[], from: number, width: number): number {
  let columns = 0
  let lastBreak = 0
  for (let at = from; at < parts.length; at++) {
    columns += displayWidth(parts[at]!)
    // A wide character alone may be wider than the line.
    if (columns > width) return parts[at] === ' ' ? at : lastBreak || Math.max(at, from + 1)
    if (BREAKS.has(parts[at]!)) lastBreak = at + 1
  }
  return parts.length
}

/** How much of a text is shown, unless all is asked for: enough for a statement or a message. */
const MOST_CHARACTERS = 600
const MOST_LINES = 8

/** The beginning of a text, and how many characters come after it. */
export function beginningOf(text: string): { readonly shown: string; readonly left: number } {
  let end = Math.min(text.length, MOST_CHARACTERS)
  let at = -1
  for (let lines = 0; lines < MOST_LINES; lines++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0 || at > end) break
    if (lines === MOST_LINES - 1) end = at
  }
  // Not between the halves of a surrogate pair.
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '')) end--
  return { shown: text.slice(0, end), left: text.length - end }
}

/**
 * When an event was, after the start of its span. The tree has a start for each span, also for one without; where no span of
 * the trace has one, it is the time of day. `-`: the event came without a time.
 */
export function eventTime(
  tree: TraceTree,
  node: number,
  { timeNanos }: Pick<SpanEvent, 'timeNanos'>,
  micro?: string,
): string {
  if (timeNanos === undefined) return '-'
  if (!tree.isTimed) return isoTime(timeNanos, 6)
  return signed(Number(timeNanos - tree.startNanos) - tree.startOf(node), micro)
}

function signed(nanos: number, micro?: string): string {
  return `${nanos < 0 ? '-' : '+'}${formatDuration(Math.abs(nanos), micro)}`
}
