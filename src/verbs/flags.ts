import { BACKENDS } from '../backends/table.ts'
import { tokenOnLine } from '../empty-value.ts'
import { Failure } from '../errors.ts'
import { bool, choice, type Flag, type Flags, text, texts, value } from '../frame/flag.ts'
import { parseDuration } from '../settings/duration.ts'
import { SCALES } from '../trace/formats/output-choices.ts'

/** The switch against masking. */
export const sensitiveFlag = {
  showSensitive: bool('do not mask secrets and personal data'),
} as const satisfies Flags

/** `--scale`. */
export const scale = choice('<kind>', 'time axis: linear cuts long tails', SCALES)

/** Which token to get, of the commands that hand one out. */
export const wishFlags = {
  minTtl: value('<duration>', 'minimum time left on the token (5m)', parseDuration),
  audience: text('<name>', 'token for another API', { alias: 'aud' }),
  scope: texts('<name>', 'only these scopes (repeatable)'),
  narrow: bool('allow --scope or --audience even if the provider may then end your sign-in sooner'),
} as const satisfies Flags

/** The argument that names a profile. Failure `usage`: it is empty. */
export const profileArgument = value(
  '<name>',
  'the profile',
  (typed) => {
    if (typed.trim() !== '') return typed
    throw new Failure('usage', 'the profile name is empty', { hint: 'See: ls-auth profile list' })
  },
  { argument: 0 },
)

/** The flags of single back ends, which the back end reads by itself. */
export const backendFlags: Flags = Object.fromEntries(
  BACKENDS.flatMap(({ name, flags = [] }) =>
    flags.map(({ flag, help }) => [flag.replace(/^--/, ''), bool(`${name}: ${help}`)]),
  ),
)

/** `--token -`: whether a token is read from standard input. Failure `usage`: the token itself was typed. */
export const fromInput = (command: 'check' | 'whoami'): Flag<boolean> => ({
  help: '- to read a token from standard input',
  takes: '<source>',
  read: (typed) => {
    if (typed === undefined || typed === '-') return typed === '-'
    throw tokenOnLine(command)
  },
})

/** What LS_AUTH_TOKEN is, where a token is looked at. */
export const TOKEN_IN_PLACE = 'access token to use instead of the session, for CI'
