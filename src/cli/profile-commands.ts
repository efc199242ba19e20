import { type Group, withSettings } from './command.ts'

const load = (name: 'list' | 'show' | 'use' | 'remove') => async () =>
  (await import('../commands/profile/profile.ts'))[name]

/** Settings, by name. */
export const PROFILE_COMMANDS: Group = {
  usage: 'profile',
  description: 'settings for an identity provider and a trace API',
  rows: [
    {
      usage: 'add <name>',
      description: 'make a profile',
      options: (command) =>
        withSettings(
          command
            .option('--from <file>', 'from a file that a team shares; asks before it is kept')
            .option('--yes', 'do not ask'),
        ),
      load: async () => (await import('../commands/profile/profile-add.ts')).addProfile,
    },
    { usage: 'list', description: 'all profiles', load: load('list') },
    { usage: 'show [name]', description: 'every setting and where it comes from', load: load('show') },
    { usage: 'use <name>', description: 'make it the default', load: load('use') },
    {
      usage: 'export <name>',
      description: 'print it as TOML, for a team to import',
      load: async () => (await import('../commands/profile/profile-transfer.ts')).exportProfile,
    },
    { usage: 'remove <name>', description: 'sign out of it and remove it', load: load('remove') },
  ],
}
