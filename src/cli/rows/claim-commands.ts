import { Option } from 'commander'
import { tokenOnLine } from '../../empty-value.ts'
import { OF_A_SESSION } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import type { Details } from '../command.ts'

const givenToken = (command: 'whoami') =>
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
    load: async () => (await import('../../verbs/whoami.ts')).whoami,
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
