import { servicesText } from '../../trace/for-agent/names-text.ts'
import { openSource } from '../../trace/open-source.ts'
import type { AnswerTool } from '../tool.ts'
import { thatContain } from './that-contain.ts'

/** Answers get_services. */
export const servicesAnswer: AnswerTool = async (invocation, given) => {
  const source = await openSource(invocation, 'services')
  const names = thatContain(await source.services(), given, (name) => name)
  return servicesText(names, 'More: pattern chooses some; search_traces with service_name.')
}
