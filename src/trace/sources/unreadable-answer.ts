import { Failure } from '../../errors.ts'

/** Rewords the Failure of an unreadable trace as one about the back end's answer; returns any other error as it is. */
export function explainUnreadable(error: unknown, backend: string): unknown {
  if (!(error instanceof Failure)) return error
  if (error.reason !== 'no-trace' && error.reason !== 'damaged-trace') return error
  return new Failure('api-failed', `${backend} answered with something that is no trace: ${error.message}`, {
    hint: `Check that api in the profile is the base URL of ${backend}; --debug shows what was asked.`,
    cause: error,
  })
}
