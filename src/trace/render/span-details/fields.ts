import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd, padEnd, safeName } from '../../../text/fit.ts'
import { attributeText } from '../../formats/own/attributes-json.ts'
import type { Attributes, AttributeValue } from '../../model.ts'
import type { Pen } from '../pen.ts'
import { beginningOf, brokenLines } from './broken-lines.ts'

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
  /** A word had to be broken. */
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

/** Attributes sorted by key, values as text: strings as they are, all else as JSON. */
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
