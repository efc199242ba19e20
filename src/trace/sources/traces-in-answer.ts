import { readTraces } from '../formats/sniff.ts'
import type { Trace } from '../model.ts'
import type { ApiAnswer } from './trace-source.ts'
import { explainUnreadable } from './unreadable-answer.ts'

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
