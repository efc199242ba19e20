import { Failure } from '../../errors.ts'
import { readTraces } from '../formats/sniff.ts'
import type { Trace } from '../model.ts'
import type { ApiAnswer } from './trace-source.ts'

/**
 * The traces in an answer, in any format. Failure `api-failed` about this back end for what cannot be read: the bytes
 * alone may look like another's. A body that is gzipped once more is limited to `maxBytes` after decompression.
 * `onEmptyPart`: told why the answer is only a part, where no span is in it.
 */
export const tracesInAnswer = (
  { body, maxBytes }: Pick<ApiAnswer, 'body' | 'maxBytes'>,
  backend: string,
  onEmptyPart?: (why: string) => void,
): Trace[] =>
  readTraces(body, {
    explain: (error) => explainUnreadable(error, backend),
    maxBytes,
    ...(onEmptyPart && { onEmptyPart }),
  })

/** Rewords the Failure of an unreadable trace as one about the back end's answer; returns any other error as it is. */
export function explainUnreadable(error: unknown, backend: string): unknown {
  if (!(error instanceof Failure)) return error
  const { reason } = error
  if (reason !== 'no-trace' && reason !== 'broken-json' && reason !== 'damaged-trace') return error
  return new Failure('api-failed', `${backend} answered with something that is no trace: ${error.message}`, {
    hint:
      reason === 'broken-json'
        ? `Try again; if it goes on, ask whoever runs ${backend} or a gateway before it.`
        : `Check that api in the profile is the base URL of ${backend}; --debug shows what was asked.`,
    cause: error,
  })
}
