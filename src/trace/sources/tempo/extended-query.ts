import { STRINGS } from './traceql.ts'

/** A comment of TraceQL ends with its line. */
const COMMENTS = /\/\/.*/g

/** A query that goes on: on a line of its own, where the query may end in a comment. */
export const extendedQuery = (query: string, rest: string): string =>
  query.includes('//') ? `${query}\n${rest}` : `${query} ${rest}`

/** A query without what its strings and comments hold, which may look like a part of it. */
export const bareQuery = (query: string): string =>
  query.replaceAll(new RegExp(`${STRINGS.source}|${COMMENTS.source}`, 'g'), (part) =>
    part.startsWith('//') ? '' : '""',
  )
