import type { Tool } from '../tool.ts'
import { DETAILS } from './limits.ts'
import { TRACE_ID } from './shared-arguments.ts'

/** Spans of one trace, whole: attributes, events, exceptions, links, resource. */
export const getSpanDetails: Tool = {
  name: 'get_span_details',
  title: 'Read spans whole',
  description:
    'Up to 20 spans of one trace with all that is known of them: status, times, the way from the root, exception with stack, attributes, events, links, resource. At most 64 kB; what looks like a secret or like personal data is masked.',
  arguments: [
    TRACE_ID,
    {
      name: 'span_ids',
      type: 'strings',
      description: 'The ids of the spans: the rows of get_trace begin with them.',
      isRequired: true,
      most: DETAILS.most,
    },
  ],
  load: async () => (await import('./answers/get-span-details.ts')).spanDetailsAnswer,
}
