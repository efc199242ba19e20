import type { Jwt } from '../claims/jwt/jwt.ts'
import type { Held, Shot } from './attack.ts'

/** Other spellings of a path, which servers behind a gateway may take for the plain one while its rules do not fit them. */
export const OTHER_SPELLINGS = [
  {
    id: 'doubled-slash',
    name: '//path, no token',
    spelled: (path: string) => `/${path}`,
    remedy: 'Require a token on every path, or merge slashes before matching rules.',
  },
  {
    id: 'encoded-letter',
    name: 'encoded path, no token',
    spelled: (path: string) =>
      path.replace(/^\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
    remedy: 'Require a token on every path, or decode the path before matching rules.',
  },
  {
    id: 'other-case',
    name: 'PATH, no token',
    // The first segment alone: the name of a project may be another one in capitals.
    spelled: (path: string) => path.replace(/^\/[^/]*/, (first) => first.toUpperCase()),
    remedy: 'Require a token on every path, or forward only paths spelled as in your rules.',
  },
] as const

/**
 * The read without a token, spelled in another way. Rules of a gateway mostly fit the first segment of the whole path, which
 * belongs to the API's own path where it has one; a router behind that may have rules for the rest.
 */
export function spelledReads(
  spelled: (path: string) => string,
  { base, read }: Pick<Held, 'base' | 'read'>,
): readonly Shot[] {
  const token = undefined
  if (base === '') return [{ token, path: spelled(read) }]
  return [
    { form: 'in the path of api', token, base: spelled(base) },
    { form: 'behind the path of api', token, path: spelled(read) },
  ]
}

/** No API has this path: an answer to it without a token isn't data. */
const NO_SUCH_PATH = '/ls-auth-doctor/no-such-path'

/** Reads of it at the root of the origin, and where the API is. */
export const missingReads = (base: string): readonly Shot[] =>
  [...new Set(['', base])].map((at) => ({ token: undefined, base: at, path: NO_SUCH_PATH }))

/** By which a proxy that has signed a person in tells who it is. */
export const IDENTITY_HEADERS: readonly string[] = [
  'X-Forwarded-User',
  'X-Auth-Request-User',
  'X-Remote-User',
  'Remote-User',
  'X-Forwarded-Email',
]

/** All of them, with what the person's own token says: the back end may know no other name. */
export function identityHeaders(jwt: Jwt | undefined): Record<string, string> {
  const { email, preferred_username: name, sub } = jwt?.payload ?? {}
  const own = [email, name, sub].find((one) => typeof one === 'string' && /^[!-~]{1,200}$/.test(one))
  const value = typeof own === 'string' ? own : 'ls-auth-doctor'
  return Object.fromEntries(IDENTITY_HEADERS.map((header) => [header, value]))
}
