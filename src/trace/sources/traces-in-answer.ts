import { Failure } from '../../errors.ts'
import { readTraces } from '../formats/sniff.ts'
import type { Trace } from '../model.ts'
import type { ApiAnswer } from './trace-source.ts'

/**
 * The traces in an answer, in whatever format it is. What cannot be read is this back end's fault and nobody else's:
 * the bytes alone may have looked like another's. A body that is gzip once more unpacks to no more than an answer may hold.
 */
export const answeredTraces = (
  { body, maxBytes }: Pick<ApiAnswer, 'body' | 'maxBytes'>,
  backend: string,
): Trace[] => readTraces(body, { explain: (error) => explainUnreadable(error, backend), maxBytes })

/** An answer that is no trace, in words about the back end; any other error as it is. */
export function explainUnreadable(error: unknown, backend: string): unknown {
  if (!(error instanceof Failure)) return error
  if (error.reason !== 'no-trace' && error.reason !== 'damaged-trace') return error
  return new Failure('api-failed', `${backend} answered with something that is no trace: ${error.message}`, {
    hint: `Check that api in the profile is the base URL of ${backend}; --debug shows what was asked.`,
    cause: error,
  })
}
