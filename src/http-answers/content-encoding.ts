import { Failure } from '../errors.ts'

/** The answer may come from the API, the provider, or something on the way to them. */
export const BROKEN_HINT = 'Try again; if it goes on, ask whoever runs that host, or the proxy on the way.'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** What was done to a body, and must be undone before it can be read. Empty: it is plain (RFC 9110 §8.4.1). */
export const encodingsOf = (headers: Headers): string[] =>
  [headers['content-encoding'], headers['transfer-encoding']]
    .flatMap((value) => String(value ?? '').split(','))
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => !/^(identity|chunked)?$/.test(encoding))

/** An answer that cannot be read here. */
export const unaskedEncoding = (host: string): Failure =>
  new Failure('api-failed', `${host} answered in an encoding that was not asked for`, { hint: BROKEN_HINT })
