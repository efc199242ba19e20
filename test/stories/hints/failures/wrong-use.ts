import { makeTls } from '../../../world/tls.ts'
import { type FailureRow, one, signedIn } from './row.ts'

/** The command line is wrong. */
export const WRONG_USE: readonly FailureRow[] = [
  { name: 'a mistyped command', line: 'ls-auth logn', exit: 2 },
  { name: 'a mistyped subcommand', line: 'ls-auth trace gte x', exit: 2 },
  { name: 'a mistyped option', line: 'ls-auth trace search --servce x', exit: 2 },
  {
    name: 'a missing argument',
    arrange: (place) => signedIn(place),
    line: 'ls-auth trace get --profile work',
    exit: 2,
    values: ({ stage }) => ({ ID: stage.spanId }),
  },
  { name: 'a flag of another command', line: 'ls-auth --api https://gw.example whoami', exit: 2 },
  { name: '--since and --from', line: 'ls-auth trace search --since 1h --from 2026-01-01', exit: 2 },
  { name: '--limit 0', line: 'ls-auth trace search --limit 0', exit: 2, noCommand: true },
  { name: '--since 5', line: 'ls-auth trace search --since 5', exit: 2, noCommand: true },
  { name: '--min 5', line: 'ls-auth trace search --min 5', exit: 2, noCommand: true },
  { name: '--min-ttl banana', line: 'ls-auth token --min-ttl banana', exit: 2, noCommand: true },
  { name: '--timeout abc', line: 'ls-auth token --timeout abc', exit: 2, noCommand: true },
  { name: '-o nonsense', line: 'ls-auth trace search -o nonsense', exit: 2, noCommand: true },
  { name: '--json -o csv', line: 'ls-auth trace search --json -o csv', exit: 2, noCommand: true },
  {
    name: '--span xyz',
    arrange: (place) => signedIn(place),
    line: ({ stage }) => `ls-auth trace get ${stage.spanId} --span xyz --profile work`,
    exit: 2,
    noCommand: true,
  },
  { name: '--trace xyz', line: 'ls-auth trace get x.json --trace xyz', exit: 2, noCommand: true },
  { name: '--store cloud', line: 'ls-auth login --store cloud', exit: 2, noCommand: true },
  { name: '--port eighty', line: 'ls-auth login --port eighty', exit: 2, noCommand: true },
  { name: '--device --paste', line: 'ls-auth login --device --paste', exit: 2, noCommand: true },
  {
    name: 'plain http beyond this machine',
    line: 'ls-auth services --api http://gw.example',
    exit: 10,
    exits: [6],
  },
  {
    name: 'an issuer over plain http',
    line: 'ls-auth login --issuer http://id.example --client-id x',
    exit: 10,
    noCommand: true,
  },
  {
    name: 'certificate checks switched off',
    arrange: ({ world }) => {
      world.variables.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    },
    line: 'ls-auth whoami',
    exit: 10,
    noCommand: true,
  },
  {
    name: 'a NODE_DEBUG that prints tokens',
    arrange: ({ world }) => {
      world.variables.NODE_DEBUG = 'http'
    },
    line: 'ls-auth whoami',
    exit: 10,
    noCommand: true,
  },
  {
    name: 'an address where nothing listens',
    arrange: (place) => one(place, { without: ['issuer'], lines: 'issuer = "https://127.0.0.1:1"' }),
    line: 'ls-auth login',
    exit: 6,
    noCommand: true,
  },
  {
    name: 'a certificate that nobody trusts',
    arrange: async (place) => {
      const issuer = await place.answering((_, response) => response.end(), await makeTls())
      await one(place, { without: ['issuer'], lines: `issuer = "${issuer}"` })
    },
    line: 'ls-auth login',
    exit: 10,
    noCommand: true,
  },
]
