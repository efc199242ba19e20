import { BACKENDS } from '../backends/table.ts'
import { bool, choice, type Flags } from '../frame/flag.ts'
import { SCALES } from '../trace/formats/output-choices.ts'

/** The switch against masking. */
export const sensitiveFlag = {
  showSensitive: bool('do not mask what looks like secrets or personal data'),
} as const satisfies Flags

/** `--scale`. */
export const scale = choice(
  '<kind>',
  'the time axis: linear cuts long tails off and idle time out, fit and log show them, critical shows the time of the root only',
  SCALES,
)

/** The flags of single back ends, which the back end reads by itself. */
export const backendFlags: Flags = Object.fromEntries(
  BACKENDS.flatMap(({ name, flags = [] }) =>
    flags.map(({ flag, help }) => [flag.replace(/^--/, ''), bool(`${name}: ${help}`)]),
  ),
)
