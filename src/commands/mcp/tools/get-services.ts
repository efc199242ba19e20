import type { Tool } from '../tool.ts'
import { PATTERN } from './shared-arguments.ts'

/** The services that report spans. */
export const getServices: Tool = {
  name: 'get_services',
  title: 'List services',
  description:
    'The names of the services that report spans, one a line: what search_traces takes as service_name.',
  arguments: [PATTERN],
  load: async () => (await import('./answers/get-services.ts')).servicesAnswer,
}
