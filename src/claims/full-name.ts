import type { Finding } from './finding.ts'

/**
 * The names by which a token may have what fails for its spelling alone: Keycloak's roles have their realm or client before
 * them (`realm:reader`), and its groups their path (`/acme/eng`). It is told and never accepted: `billing:admin` is no `admin`.
 */
export function fullNames({ assertion, verdict, values: { expected, actual } }: Finding): readonly string[] {
  if (verdict !== 'fail' || (assertion !== 'role' && assertion !== 'group')) return []
  if (!Array.isArray(expected) || !Array.isArray(actual)) return []
  const isOneOf = (held: unknown) =>
    expected.some((name) => name !== '' && [`:${name}`, `/${name}`].some((end) => `${held}`.endsWith(end)))
  return actual.filter(isOneOf).slice(0, MOST)
}

/** Enough to choose from; a token may have thousands. */
const MOST = 3

/** What a person is told of them; undefined: there are none. */
export const fullNameNote = (names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : `It is called ${names.join(' or ')} here, if that is the one that is meant`
