import type { Tool } from '../tool.ts'
import { PATTERN, TIMES } from './shared-arguments.ts'

/** The attributes of spans, or the values of one. */
export const getAttributes: Tool = {
  name: 'get_attributes',
  title: 'List attributes, or the values of one',
  description:
    'The names of the attributes that spans have, one a line; with name the values of that one. What search_traces takes as attributes.',
  arguments: [
    { name: 'name', type: 'string', description: 'List the values of this attribute instead.' },
    PATTERN,
    ...TIMES,
  ],
  load: async () => (await import('./answers/get-attributes.ts')).attributesAnswer,
}
