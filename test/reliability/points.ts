import type { Kill } from './killed-entry.ts'

/** Where a process kills itself, and in which command. */
export interface Point extends Kill {
  readonly command: 'token' | 'login' | 'logout'
  /** A grant that nobody knows of any more may stay at the provider: the sign-in died before it was kept. */
  readonly orphans: boolean
}

/** One point a line: `when nth operation`, and a `?` where a grant may be orphaned. */
function points(command: Point['command'], table: string): Point[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [when, nth, ...operation] = line.trim().split(' ')
      return {
        command,
        when: when as Kill['when'],
        nth: Number(nth),
        operation: operation.join(' ').replace(' ?', ''),
        orphans: operation.at(-1) === '?',
      }
    })
}

/** With the file store: everything is in the files. */
export const POINTS: readonly Point[] = [
  ...points(
    'token',
    `after 1 lock
     before 1 create session
     half 1 create session
     before 1 rename session
     after 1 rename session
     after 1 flush
     before 1 POST token
     during 1 POST token
     after 1 POST token
     before 2 create session
     half 2 create session
     after 2 create session
     before 2 rename session
     after 2 rename session
     after 2 flush
     before 1 unlock
     after 1 unlock`,
  ),
  ...points(
    'login',
    `after 1 create probe
     before 1 POST token
     during 1 POST token ?
     after 1 POST token ?
     after 1 lock ?
     before 1 create items.json ?
     half 1 create items.json ?
     after 1 rename items.json ?
     half 1 create session ?
     before 1 rename session ?
     after 1 rename session
     after 2 lock
     before 1 POST revocation
     during 1 POST revocation
     after 1 POST revocation
     before 2 create session
     after 2 rename session
     after 2 unlock`,
  ),
  ...points(
    'logout',
    `after 1 lock
     before 1 rename tombstone
     after 1 rename tombstone
     before 1 POST revocation
     during 1 POST revocation
     after 1 POST revocation
     half 1 create items.json
     before 1 rename items.json
     after 1 rename items.json
     before 1 remove tombstone
     after 1 remove tombstone
     before 1 unlock`,
  ),
]

/** With the keychain store: what only a keychain adds. */
export const KEYCHAIN_POINTS: readonly Point[] = [
  ...points(
    'token',
    `after 1 get item
     after 1 POST token
     before 2 rename session
     after 2 rename session`,
  ),
  ...points(
    'login',
    `after 1 set probe
     before 1 set item ?
     after 1 set item ?
     before 1 rename session ?
     after 1 rename session
     before 1 delete item
     after 1 delete item`,
  ),
  ...points(
    'logout',
    `after 1 rename tombstone
     before 1 delete item
     after 1 delete item`,
  ),
]
