import { readTraces } from '../formats/sniff.ts'
import type { Trace } from '../model.ts'
import type { ApiAnswer } from './trace-source.ts'
import { explainUnreadable } from './unreadable-answer.ts'

/**
 * The traces in an answer, in whatever format it is. What cannot be read is this back end's fault and nobody else's:
 * the bytes alone may have looked like another's. A body that is gzip once more unpacks to no more than an answer may hold.
 */
export const answeredTraces = (
  { body, maxBytes }: Pick<ApiAnswer, 'body' | 'maxBytes'>,
  backend: string,
): Trace[] => readTraces(body, { explain: (error) => explainUnreadable(error, backend), maxBytes })
