import { Failure } from '../../errors.ts'

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
