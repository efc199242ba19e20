import { isMet } from './needs.ts'

/** Whether what Windows has not can be looked at. */
export const IS_POSIX = isMet(
  process.platform !== 'win32',
  'what Windows has not (owners and modes of files, links, pipes, signals)',
)
