import { maskedValues, ofAnyType } from '../../trace/attributes.ts'
import { attributesText, valuesText } from '../../trace/for-agent/names-text.ts'
import { openSource } from '../../trace/open-source.ts'
import { readTimes } from '../../trace/time-range.ts'
import type { AnswerTool } from '../tool.ts'
import { inToolWords } from '../tool-names.ts'
import { thatContain } from './that-contain.ts'
import { withMoments } from './times.ts'

const MORE = 'More: name lists the values of one; pattern chooses some.'

/** Answers get_attributes. */
export const attributesAnswer: AnswerTool = async (invocation, given, flags) => {
  const now = invocation.ports.clock.now()
  const range = readTimes(withMoments(flags), now)
  const source = await openSource(invocation, 'attributes')
  if (typeof given.name !== 'string') {
    const names = thatContain(await source.attributes(range), given, ({ name }) => name)
    return attributesText(names, MORE, inToolWords)
  }
  const found = await maskedValues(source, given.name, range)
  const values = thatContain(ofAnyType(found.values), given, ({ value }) => value)
  return valuesText({ ...found, values }, 'pattern chooses some', inToolWords)
}
