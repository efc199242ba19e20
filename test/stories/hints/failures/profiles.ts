import { type FailureRow, one, two } from './row.ts'

/** Profiles and settings. */
export const PROFILES: readonly FailureRow[] = [
  {
    name: 'an unknown setting',
    arrange: (place) => two(place),
    line: 'ls-auth profile set isuer x --profile work',
    exit: 2,
    noCommand: true,
  },
  {
    name: 'a new profile without a name',
    arrange: (place) => two(place),
    line: ({ stage }) => `ls-auth profile add --issuer ${stage.provider.issuer} --client-id x`,
    exit: 2,
    values: () => ({ NAME: 'third' }),
  },
  {
    name: 'a setting without a value',
    arrange: (place) => two(place),
    line: 'ls-auth profile set leeway --profile work',
    exit: 2,
    values: () => ({ 'leeway VALUE': '30s' }),
  },
  {
    name: 'a profile that already exists',
    arrange: (place) => two(place),
    line: ({ stage }) => `ls-auth profile add work --issuer ${stage.provider.issuer} --client-id x`,
    exit: 2,
    values: () => ({ 'set KEY': 'leeway', 'KEY VALUE': '30s' }),
  },
  {
    name: 'use of a profile that does not exist',
    arrange: (place) => two(place),
    line: 'ls-auth profile use wrok',
    exit: 2,
  },
  {
    name: 'removal of a profile that does not exist',
    arrange: (place) => two(place),
    line: 'ls-auth profile remove wrok',
    exit: 2,
  },
  {
    name: 'export of a profile that does not exist',
    arrange: (place) => two(place),
    line: 'ls-auth profile export wrok',
    exit: 2,
  },
  { name: 'set without a profile', line: 'ls-auth profile set leeway 30s', exit: 2, exits: [7] },
  {
    name: 'a new profile without an issuer',
    line: 'ls-auth profile add x --api https://gw.example',
    exit: 2,
    noCommand: true,
  },
  {
    name: 'a wrong value in the file',
    arrange: (place) => one(place, { lines: 'store = "cloud"' }),
    line: 'ls-auth whoami',
    exit: 2,
    noCommand: true,
  },
  {
    name: 'a settings file that is no TOML',
    arrange: ({ world }) => world.writeConfig('[profiles.work\n'),
    line: 'ls-auth whoami',
    exit: 2,
    noCommand: true,
  },
]
