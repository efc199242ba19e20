import { type FailureRow, signedIn, two } from './row.ts'

/** Before the first sign-in. */
export const FIRST_STEPS: readonly FailureRow[] = [
  { name: 'nothing is configured', line: 'ls-auth whoami', exit: 3, exits: [7] },
  {
    name: 'nothing is configured, and services',
    line: 'ls-auth services',
    exit: 2,
    exits: [0, 6, 7, 10],
  },
  {
    name: 'login with the address of an API that does not say how',
    line: ({ stage }) => `ls-auth login ${stage.gateway.url}`,
    exit: 7,
    cured: 'ls-auth whoami',
  },
  { name: 'login without an issuer', line: 'ls-auth login', exit: 2, exits: [7] },
  {
    name: 'login without an issuer keeps the other flags',
    line: 'ls-auth login --profile work --account me',
    exit: 2,
    exits: [7],
  },
  {
    name: 'a profile that does not exist, of none',
    line: 'ls-auth whoami --profile work',
    exit: 2,
    exits: [7],
  },
  {
    name: 'a profile that does not exist, of some',
    arrange: (place) => two(place),
    line: 'ls-auth profile show --profile wrok',
    exit: 2,
  },
  {
    name: 'a profile that does not exist, at login',
    arrange: (place) => two(place),
    line: 'ls-auth login --profile third',
    exit: 2,
    cured: true,
    values: () => ({ 'use NAME': 'work' }),
  },
  {
    name: 'several profiles and no default',
    arrange: (place) => place.world.writeConfig(place.profile('work') + place.profile('other')),
    line: 'ls-auth profile show',
    exit: 2,
    cured: true,
  },
  {
    name: 'a default that does not exist',
    arrange: (place) => place.world.writeConfig(`default_profile = "gone"\n${place.profile('work')}`),
    line: 'ls-auth profile show',
    exit: 2,
    cured: true,
  },
  {
    name: 'no issuer',
    arrange: (place) => two(place, { without: ['issuer'] }),
    line: 'ls-auth token --profile work',
    exit: 2,
    cured: true,
  },
  {
    name: 'no client id',
    arrange: (place) => two(place, { without: ['client_id'] }),
    line: 'ls-auth services --profile work',
    exit: 2,
    cured: true,
  },
  {
    name: 'no api',
    arrange: (place) => signedIn(place, { without: ['api'] }),
    line: 'ls-auth services --profile work',
    exit: 2,
    cured: true,
  },
  {
    name: 'no organization and no project',
    arrange: (place) => signedIn(place, { without: ['organization', 'project'] }),
    line: 'ls-auth services --profile work --backend lightstep',
    exit: 2,
    cured: true,
  },
  {
    name: 'no tenant',
    arrange: (place) =>
      place.world.writeConfig(
        `default_profile = "other"\n${place.profile('other')}[profiles.work]\nbackend = "tempo"\napi = "${place.tenants.url}"\n`,
      ),
    line: 'ls-auth services --profile work',
    exit: 11,
    cured: true,
  },
  {
    name: 'no tenant, of an API in flags alone',
    line: ({ tenants }) => `ls-auth services --backend tempo --api ${tenants.url}`,
    exit: 11,
    exits: [11, 2],
  },
  {
    name: 'another issuer than the profile has',
    arrange: (place) => two(place, { without: ['issuer'], lines: 'issuer = "https://id.example"' }),
    line: ({ stage }) => `ls-auth login --profile work --issuer ${stage.provider.issuer}`,
    exit: 2,
    values: () => ({ '--profile': 'third' }),
    cured: 'ls-auth whoami --profile third',
  },
]
