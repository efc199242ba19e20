import { Failure } from '../../../errors.ts'
import { TRACE_LINES, type TraceLines } from '../../../trace/formats/output-choices.ts'
import type { Typed } from '../../cli-command.ts'
import { textFlag } from '../../typed-flags.ts'

/** `trace get --ids`. */
export interface BatchOptions {
  /** A file with ids, or `-` for standard input. */
  readonly ids: string
  readonly format: TraceLines
  /** The file that the output goes to, and that says what is done already; undefined: to standard output. */
  readonly resume: string | undefined
  readonly showSensitive: boolean
}

/** Flags of `trace get` that choose spans of one trace or draw it, as they are typed. */
const OF_ONE_TRACE: Readonly<Record<string, string>> = {
  span: '--span',
  error: '--error',
  service: '--service',
  attr: '--attr',
  min: '--min',
  depth: '--depth',
  from: '--from',
  to: '--to',
  trace: '--trace',
  unfold: '--unfold',
  scale: '--scale',
  skew: '--skew',
  plain: '--plain',
  details: '--details',
  showIds: '--show-ids',
  full: '--full',
}

/** Undefined: one trace is asked for. Failure `usage`. */
export function readBatch(typed: Typed): BatchOptions | undefined {
  const { args, flags, json } = typed
  const [ids, resume] = [textFlag(flags, 'ids'), textFlag(flags, 'resume')]
  if (ids === undefined) {
    if (resume !== undefined) throw refused('--resume goes with --ids', 'Give the list of ids: --ids FILE')
    return undefined
  }
  if (args.length > 0) throw refused('--ids takes the place of the id', 'Give one of them.')
  if (resume === '-')
    throw refused(
      '--resume needs a file',
      'Name one, or leave --resume out: then it goes to standard output.',
    )
  refuseOthers(flags)
  const format = json ? 'json' : (flags.output ?? 'ndjson')
  const known = TRACE_LINES.find((one) => one === format)
  if (known === undefined)
    throw refused(
      `--ids writes no ${format}`,
      `It writes one trace a line: -o ${TRACE_LINES.join(' or -o ')}`,
    )
  return { ids, format: known, resume, showSensitive: flags.showSensitive === true }
}

function refuseOthers(flags: Typed['flags']): void {
  const typed = Object.entries(OF_ONE_TRACE).find(([name]) => flags[name] !== undefined)?.[1]
  const flag = typed ?? (flags.bars === false ? '--no-bars' : undefined)
  if (flag === undefined) return
  throw refused(
    `${flag} is for one trace, and --ids fetches whole ones`,
    `With --ids go -o ${TRACE_LINES.join('|')}, --resume, --show-sensitive, --snapshot and the settings of the profile.`,
  )
}

const refused = (message: string, hint: string): Failure => new Failure('usage', message, { hint })
