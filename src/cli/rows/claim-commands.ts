import { Option } from 'commander'
import { OF_A_SESSION } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { choice, collect, type Details, tokenOnLine } from '../command.ts'

const givenToken = (command: 'check' | 'whoami') =>
  new Option('--token <source>', '- reads a token from standard input instead of using yours').argParser(
    (source) => {
      if (source === '-') return source
      throw tokenOnLine(command)
    },
  )

const TOKEN_IN_PLACE = 'an access token to use instead of the session, for CI; no keychain is asked'

/** Commands that inspect tokens and the setup. */
export const CLAIM_COMMANDS: Details = {
  whoami: {
    options: (command) =>
      command
        .option('--verify', "check the signatures with the provider's current keys")
        .option('--raw', 'print the header and payload of each token as they are')
        .addOption(givenToken('whoami')),
    variables: [['LS_AUTH_TOKEN', `${TOKEN_IN_PLACE}, and no provider but for its keys by --verify`]],
    exits: [...OF_A_SESSION, 5],
    examples: [
      { does: 'who am I, and for how long?', line: 'ls-auth whoami' },
      { does: 'are my tokens really from the provider?', line: 'ls-auth whoami --verify' },
      { does: 'what is in a token from elsewhere?', line: 'cat token.txt | ls-auth whoami --token -' },
      { does: 'for scripts', line: 'ls-auth whoami --json' },
    ],
    load: async () => (await import('../../commands/identity/whoami.ts')).whoami,
  },
  check: {
    options: (command) =>
      command
        .option('--iss, --issuer <url>', 'it was issued by this provider (repeatable: one of them)', collect)
        .option('--aud, --audience <name>', 'it is for this audience (repeatable: one of them)', collect)
        .option('--scope <name>', 'it has this scope (repeatable: all of them)', collect)
        .option('--group <name>', 'its user is in this group (repeatable: all of them)', collect)
        .option('--role <name>', 'its user has this role (repeatable: all of them)', collect)
        .option('--client <id>', 'it was issued to this client (repeatable: one of them)', collect)
        .option('--sub <id>', 'it is about this subject (* stands for any text)')
        .option(
          '--claim <assertion>',
          "any claim: 'path operator value', with ==, !=, >, >=, <, <=, contains or exists; != holds where none of a list, or of words, is the value (repeatable: all of them)",
          collect,
        )
        .option('--acr <value>', 'how the user signed in: this context class (acr)')
        .option('--amr <value>', 'how the user signed in: by this method (repeatable: all of them)', collect)
        .option('--max-age <duration>', 'the user signed in no longer ago than this')
        .option('--min-ttl <duration>', 'it stays valid for at least this long')
        .option('--max-lifetime <duration>', 'it was issued for no longer than this')
        .option(
          '--aligned',
          'scopes and groups agree by [access] of the profile; without this they only warn',
        )
        .option('--offline', 'no network and no renewal; whether signatures are right stays unknown')
        .addOption(choice('--use <kind>', 'which of the tokens', ['id', 'access']))
        .addOption(givenToken('check')),
    variables: [
      [
        'LS_AUTH_TOKEN',
        `${TOKEN_IN_PLACE}; the provider is asked for its keys, and with --offline not at all`,
      ],
    ],
    exits: [...OF_A_SESSION, 5],
    examples: [
      { does: 'what the profile expects', line: 'ls-auth check' },
      {
        does: 'in CI: stop unless the token may read traces',
        line: 'ls-auth check --audience api://traces --scope traces:read --min-ttl 5m',
      },
      { does: 'any other claim', line: "ls-auth check --use id --claim 'email_verified == true'" },
      {
        does: 'a token from elsewhere',
        line: 'cat token.txt | ls-auth check --token - --iss https://login.acme.example',
      },
    ],
    load: async () => (await import('../../commands/identity/check.ts')).check,
  },
  doctor: {
    options: (command) =>
      command
        .option('--gateway', 'also send the gateway what it must refuse; nothing that could change data')
        .option(
          '--bundle <file>',
          'also write a report that you can attach to a ticket (it holds no secrets)',
        ),
    settings: API_SETTINGS,
    exits: [5, 6],
    examples: [
      { does: 'what is wrong here?', line: 'ls-auth doctor' },
      { does: 'does the gateway refuse forged tokens?', line: 'ls-auth doctor --gateway' },
      { does: 'a report for a ticket', line: 'ls-auth doctor --bundle report.json' },
    ],
    load: async () => (await import('../../commands/doctor/doctor.ts')).doctor,
  },
}
