/** Someone who can sign in at the test provider. */
export interface Person {
  readonly name: string
  readonly email: string
  /** Absent means the provider sends no groups claim at all. */
  readonly groups?: readonly string[]
}

/** The users every test may count on, by user name, which is also their `sub`. */
export const PEOPLE: Readonly<Record<string, Person>> = {
  alice: { name: 'Alice Example', email: 'alice@example.test', groups: ['ops', 'dev'] },
  bob: { name: 'Bob Example', email: 'bob@example.test', groups: ['dev'] },
  carol: { name: 'Carol Example', email: 'carol@example.test' },
}

/** Looks a user name up without being fooled by `constructor` and friends. */
export function findPerson(userName: string): Person | undefined {
  return Object.hasOwn(PEOPLE, userName) ? PEOPLE[userName] : undefined
}

/** Everything the provider may say about a person in an ID token or at userinfo. */
export function identityClaims(userName: string, person: Person): Record<string, unknown> {
  return {
    sub: userName,
    name: person.name,
    preferred_username: userName,
    email: person.email,
    email_verified: true,
    ...groupsClaim(person),
  }
}

/** The groups claim alone, as access tokens carry it. */
export function groupsClaim(person: Person | undefined): { groups?: string[] } {
  return person?.groups ? { groups: [...person.groups] } : {}
}
