import { OF_SETTINGS } from '../../frame/exit-statuses.ts'
import type { Details } from '../command.ts'

const loadChange = (name: 'use' | 'remove') => async () =>
  (await import('../../commands/profile/profile-change.ts'))[name]

/** Commands that manage profiles. */
export const PROFILE_COMMANDS: Details = {
  add: {
    options: (command) =>
      command
        .option('--from <file>', 'import it from a file or URL of your team; asks before saving')
        .option('--register', 'register a client for ls-auth at the provider (RFC 7591)')
        .option('--replace', 'replace an existing profile')
        .option('--yes', 'do not ask'),
    settings: 'all',
    exits: [...OF_SETTINGS, 4, 7],
    examples: [
      {
        does: 'from a file that a colleague exported',
        line: 'ls-auth profile add --from work.toml',
      },
      {
        does: "from your team's URL; shows issuer and API, then asks",
        line: 'ls-auth profile add --from https://wiki.acme.example/ls-auth/work.toml',
      },
      {
        does: 'from settings; shows what to register at the provider',
        line: 'ls-auth profile add work --issuer https://login.acme.example --client-id ls-auth-cli',
      },
      {
        does: 'the same, and register the client at the provider',
        line: 'ls-auth profile add work --issuer https://login.acme.example --register',
      },
    ],
    load: async () => (await import('../../commands/profile/profile-add.ts')).addProfile,
  },
  set: {
    options: (command) => command.option('--unset', 'remove the setting, so that its default applies'),
    completes: ['setting names', 'setting values'],
    exits: OF_SETTINGS,
    examples: [
      {
        does: 'request one more scope from the next sign-in',
        line: 'ls-auth profile set scopes openid profile email offline_access traces:read',
      },
      { does: 'only accept members of the group ops', line: 'ls-auth profile set expect.groups ops' },
      { does: 'back to the keychain', line: 'ls-auth profile set store --unset --profile staging' },
    ],
    load: async () => (await import('../../commands/profile/profile-set.ts')).setInProfile,
  },
  use: {
    completes: ['profiles'],
    exits: OF_SETTINGS,
    examples: [
      { does: 'for every command from now on', line: 'ls-auth profile use work' },
      { does: 'for one command only', line: 'ls-auth whoami --profile staging' },
    ],
    load: loadChange('use'),
  },
  export: {
    completes: ['profiles'],
    examples: [
      {
        does: 'write a file to share (it holds no secret)',
        line: 'ls-auth profile export work > work.toml',
      },
      { does: 'import it on another machine', line: 'ls-auth profile add work --from work.toml' },
    ],
    load: async () => (await import('../../commands/profile/profile-transfer.ts')).exportProfile,
  },
  remove: {
    completes: ['profiles'],
    exits: [...OF_SETTINGS, 8],
    examples: [
      { does: 'also revokes the session', line: 'ls-auth profile remove staging' },
      { does: 'which profiles are left?', line: 'ls-auth profile list' },
    ],
    load: loadChange('remove'),
  },
}
