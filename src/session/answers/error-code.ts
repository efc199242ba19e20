import type { Preset } from '../../providers/preset.ts'

/** The OAuth `error` of an answer as it was sent (RFC 6749 §5.2); one that is no such code is called `error`. */
export const sentError = (error: unknown): string =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(String(error)) ? String(error) : 'error'

/** The error that was meant: some providers send invalid_request for all, and the code as its description. */
export const namedError = ({ errorInDescription }: Preset, sent: string, description: string): string =>
  sent === 'invalid_request' && errorInDescription?.includes(description) ? description : sent
