import { maskedValues, ofAnyType } from '../../trace/attributes.ts'
import { openSource } from '../../trace/open-source.ts'
import { readTimes } from '../../trace/time-range.ts'
import type { AnswerTool } from '../tool.ts'
import { listing, thatContain } from './listing.ts'
import { withMoments } from './times.ts'

/** Answers get_attributes. */
export const attributesAnswer: AnswerTool = async (invocation, given, flags) => {
  const now = invocation.ports.clock.now()
  const range = readTimes(withMoments(flags), now)
  const source = await openSource(invocation, 'attributes')
  if (typeof given.name !== 'string') {
    const names = thatContain(await source.attributes(range), given, ({ name }) => name)
    const next = 'More: name lists the values of one; pattern chooses some.'
    return listing(
      'attribute',
      names.map(({ name }) => name),
      [next],
    )
  }
  const { values } = await maskedValues(source, given.name, range)
  const shown = thatContain(ofAnyType(values), given, ({ value }) => value)
  return listing(
    'value',
    shown.map(({ value }) => value),
    ['More: pattern chooses some; search_traces with attributes.'],
  )
}
