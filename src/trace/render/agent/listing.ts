import { count } from '../../../text/count.ts'
import { ABOUT_DATA, bytesOf, dataBlock, withinBytes } from './data-block.ts'
import { MOST_BYTES } from './limits.ts'

/** What stands around the block. */
const WORDS_BYTES = 1024
/** What is said about the list: it is told whatever the lines leave. */
const NOTES_BYTES = 2048

/**
 * A list as text, in at most {@link MOST_BYTES}: how many, the lines as data, then what to do next. `noun`: of one, such as
 * `service`. `notes`: lines about the list, which may quote a server as well. `forWhat`: what stands behind the count.
 */
export function listing(
  noun: string,
  lines: readonly string[],
  next: readonly string[],
  notes: readonly string[] = [],
  forWhat = '',
): string {
  const told = withinBytes(notes, NOTES_BYTES)
  const room = MOST_BYTES - WORDS_BYTES - bytesOf(dataBlock(told))
  const data = dataBlock([...withinBytes(lines, room), ...told])
  const many = lines.length === 0 ? `No ${noun} found.` : `${count(lines.length, noun)}${forWhat}.`
  const all = data.length === 0 ? [many] : [`${many} ${ABOUT_DATA}`, '', ...data]
  return `${[...all, '', ...next].join('\n')}\n`
}
