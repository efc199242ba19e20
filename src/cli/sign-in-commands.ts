import { collect, type Row, withSettings } from './command.ts'

/** Getting a token, and giving it up. */
export const SIGN_IN_COMMANDS: readonly Row[] = [
  {
    usage: 'login',
    description: 'sign in with your identity provider',
    options: (command) =>
      withSettings(
        command
          .option('--device', 'device flow: confirm a code on any device')
          .option('--no-browser', 'print the address instead of opening a browser')
          .option('--paste', 'paste the redirect address by hand (browser on another machine)')
          .option('--login-hint <user>', 'who is going to sign in')
          .option('--prompt <value>', 'login, consent, select_account or none'),
      ),
    load: async () => (await import('../commands/login.ts')).login,
  },
  {
    usage: 'logout',
    description: 'forget the session here and revoke it at the provider',
    options: (command) => command.option('--all', 'every sign-in on this machine'),
    load: async () => (await import('../commands/logout.ts')).logout,
  },
  {
    usage: 'token',
    description: 'print a valid token and nothing else',
    options: (command) =>
      withSettings(command, ['api'])
        .option('--min-ttl <duration>', 'it must live at least this long (5m)')
        .option('--aud, --audience <name>', 'for another API')
        .option('--scope <name>', 'with these scopes only (repeatable)', collect)
        .option('--header', 'print it as an Authorization header')
        .option('--id-token', 'the ID token instead of the access token'),
    load: async () => (await import('../commands/token.ts')).token,
  },
]
