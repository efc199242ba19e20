import { Option } from 'commander'
import { choice, collect, type Row, tokenOnLine } from './command.ts'

const givenToken = () =>
  new Option('--token <source>', 'read any token: - for standard input').argParser((source) => {
    if (source === '-') return source
    throw tokenOnLine()
  })

/** Looking at a token, and at the way it came. */
export const CLAIM_COMMANDS: readonly Row[] = [
  {
    usage: 'whoami',
    description: 'show who you are: the claims of your tokens',
    options: (command) =>
      command
        .option('--verify', 'check signatures with the provider’s current keys')
        .option('--raw', 'print header and payload as they are')
        .addOption(givenToken()),
    load: async () => (await import('../commands/identity/whoami.ts')).whoami,
  },
  {
    usage: 'check',
    description: 'assert claims: exit 0 when all hold, 5 when one is false or unknown',
    options: (command) =>
      command
        .option('--iss, --issuer <url>', 'issued by (repeatable: one of)', collect)
        .option('--aud, --audience <name>', 'for this audience (repeatable: one of)', collect)
        .option('--scope <name>', 'carries this scope (repeatable: all of)', collect)
        .option('--group <name>', 'member of this group (repeatable: all of)', collect)
        .option('--role <name>', 'has this role (repeatable: all of)', collect)
        .option('--client <id>', 'issued to this client (repeatable: one of)', collect)
        .option('--sub <id>', 'about this subject; * stands for any text')
        .option('--claim <assertion>', "any claim: 'path operator value' (repeatable)", collect)
        .option('--acr <value>', 'authentication context')
        .option('--amr <value>', 'authentication method (repeatable: all of)', collect)
        .option('--max-age <duration>', 'signed in no longer ago than this')
        .option('--min-ttl <duration>', 'lives at least this long')
        .option('--max-lifetime <duration>', 'was issued for no longer than this')
        .option('--offline', 'no network and no renewal: signatures stay unknown')
        .addOption(choice('--use <kind>', 'which token', ['id', 'access']))
        .addOption(givenToken()),
    load: async () => (await import('../commands/identity/check.ts')).check,
  },
  {
    usage: 'doctor',
    description: 'check the whole path, and say what to do about each failure',
    options: (command) =>
      command.option('--bundle <file>', 'also write a report for a ticket (no secrets in it)'),
    load: async () => (await import('../commands/doctor/doctor.ts')).doctor,
  },
]
