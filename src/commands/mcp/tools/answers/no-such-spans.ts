import { Failure } from '../../../../errors.ts'

/** Failure `not-found`: the trace has no spans with these ids, which are hex digits. */
export const noSuchSpans = (spanIds: readonly string[]): Failure =>
  new Failure('not-found', `the trace has no span ${spanIds.join(', ')}`, {
    hint: 'The rows of get_trace begin with the ids of its spans.',
  })
