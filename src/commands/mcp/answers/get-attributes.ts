import { isForQuery } from '../../../trace/conditions/own-field.ts'
import { maskedValues, ofAnyType } from '../../trace/attributes.ts'
import { openSource } from '../../trace/open-source.ts'
import { readTimes } from '../../trace/time-range.ts'
import type { AnswerTool } from '../tool.ts'
import { listing, thatContain } from './listing.ts'
import { withMoments } from './times.ts'

/** What a condition of `attributes` would be about an attribute of that name, which nothing has. */
const FOR_QUERY = 'fields of the back end, for query and not for attributes'

/** Answers get_attributes. */
export const attributesAnswer: AnswerTool = async (invocation, given, flags) => {
  const now = invocation.ports.clock.now()
  const range = readTimes(withMoments(flags), now)
  const source = await openSource(invocation, 'attributes')
  if (typeof given.name !== 'string') {
    const all = thatContain(await source.attributes(range), given, ({ name }) => name)
    const [names, fields] = [all.filter((one) => !isForQuery(one)), all.filter(isForQuery)]
    const next = 'More: name lists the values of one; pattern chooses some.'
    return listing(
      'attribute',
      names.map(({ name }) => name),
      [next],
      fields.length === 0 ? [] : [`note: ${FOR_QUERY}: ${fields.map(({ name }) => name).join(', ')}`],
    )
  }
  const { values, ...field } = await maskedValues(source, given.name, range)
  const shown = thatContain(ofAnyType(values), given, ({ value }) => value)
  return listing(
    'value',
    shown.map(({ value }) => value),
    [`More: pattern chooses some; search_traces with ${isForQuery(field) ? 'query' : 'attributes'}.`],
  )
}
