import type { Finding } from './finding.ts'

/** A scope in two spellings: as it is asked for, and as the token has it. */
export interface ShortScope {
  readonly asked: string
  readonly held: string
}

/**
 * Scopes that fail for their spelling alone: Entra wants a scope with its API before it (`api://traces/read`), and writes
 * its last part alone into the token (`read`). `apis`: what the API of the token is called; the last part of a scope of
 * another API is another scope.
 */
export const shortScopes = (findings: readonly Finding[], apis: readonly string[]): readonly ShortScope[] =>
  findings.flatMap(({ assertion, verdict, values: { expected, actual } }) => {
    if (assertion !== 'scope' || verdict !== 'fail' || typeof expected !== 'string') return []
    const end = expected.lastIndexOf('/')
    const held = expected.slice(end + 1)
    const isOfToken = end > 0 && apis.some((api) => plain(api) === plain(expected.slice(0, end)))
    return isOfToken && Array.isArray(actual) && actual.includes(held) ? [{ asked: expected, held }] : []
  })

/** In a token the API of `api://X/…` may be called `X`. */
const plain = (api: string): string => api.replace(/^api:\/\//, '').replace(/\/$/, '')
