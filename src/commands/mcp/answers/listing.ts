import { ABOUT_DATA, dataBlock, withinBytes } from '../../../trace/render/agent/data-block.ts'
import { count } from '../../../trace/render/waterfall/header.ts'
import type { Given } from '../tool.ts'

/** UTF-8 bytes of a list. */
const MOST_BYTES = 16 * 1024
/** What stands around the block. */
const WORDS_BYTES = 1024

/** The names that a `pattern` leaves. */
export function thatContain<T>(items: readonly T[], { pattern }: Given, nameOf: (item: T) => string): T[] {
  const text = typeof pattern === 'string' ? pattern.toLowerCase() : ''
  return items.filter((item) => nameOf(item).toLowerCase().includes(text))
}

/**
 * A list as text: how many, the lines as data, then what to do next. `noun`: of one, such as `service`. `notes`: lines about
 * the list, which may quote a server as well.
 */
export function listing(
  noun: string,
  lines: readonly string[],
  next: readonly string[],
  notes: readonly string[] = [],
): string {
  const data = dataBlock(withinBytes([...lines, ...notes], MOST_BYTES - WORDS_BYTES))
  const many = lines.length === 0 ? `No ${noun} found.` : `${count(lines.length, noun)}.`
  const all = data.length === 0 ? [many] : [`${many} ${ABOUT_DATA}`, '', ...data]
  return `${[...all, '', ...next].join('\n')}\n`
}
