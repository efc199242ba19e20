import type { Tool } from '../tool.ts'

/** As whom all the tools read. */
export const whoami: Tool = {
  name: 'whoami',
  title: 'Who is signed in',
  description:
    'As whom these tools read traces, until when, and what that person may read. Every call is logged under this name.',
  arguments: [],
  load: async () => (await import('./answers/whoami.ts')).whoamiAnswer,
}
