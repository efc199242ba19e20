import { Failure } from '../../errors.ts'
import { readTraces } from '../formats/sniff.ts'
import type { Trace } from '../model.ts'
import type { ApiAnswer } from './trace-source.ts'

/**
 * The traces in an answer, in whatever format it is. What cannot be read is this back end's fault and nobody else's:
 * the bytes alone may have looked like another's. A body that is gzip once more unpacks to no more than an answer may hold.
 */
export function answeredTraces({ body, maxBytes }: ApiAnswer, backend: string): Trace[] {
  try {
    return readTraces(body, { maxBytes })
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'api-failed') throw error
    const reason = error.message.replace(/^.*?is no trace(?: in a format ls-auth reads)?: /, '')
    throw new Failure('api-failed', `${backend} answered with something that is no trace: ${reason}`, {
      hint: `Check that api in the profile is the base URL of ${backend}; --debug shows what was asked.`,
      cause: error,
    })
  }
}
