import { isMet } from './needs.ts'

/** Whether what only Linux has can be looked at: /proc, its sockets, its opener of pages. */
export const IS_LINUX = isMet(
  process.platform === 'linux',
  'what only Linux has (/proc, sockets, the opener of pages)',
)
