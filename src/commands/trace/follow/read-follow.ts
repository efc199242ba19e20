import { Failure } from '../../../errors.ts'
import type { AgentListFormat } from '../../../trace/formats/output-choices.ts'
import type { Flags } from '../../cli-command.ts'
import { textFlag, unitDurationFlag } from '../../typed-flags.ts'

const INTERVAL_SECONDS = 5
/** A look may be several requests to an API that others use as well. */
const LEAST_SECONDS = 1

/** Seconds between two looks; undefined: the search is not followed. Failure `usage`. */
export function readFollow(flags: Flags, format?: AgentListFormat): number | undefined {
  const interval = textFlag(flags, 'interval') === undefined ? undefined : unitDurationFlag(flags, 'interval')
  if (flags.follow !== true) {
    if (interval === undefined) return undefined
    throw new Failure('usage', '--interval goes with --follow', { hint: 'Add --follow, or leave it out.' })
  }
  if (flags.to !== undefined)
    throw new Failure('usage', '--follow has no end, and --to names one', {
      hint: 'Leave one of them out: --from and --since say where it begins.',
    })
  if (flags.file !== undefined)
    throw new Failure('usage', '--follow waits for new traces, and a file gets none', {
      hint: 'Leave out --file to follow the back end of the profile, or --follow to search the file.',
    })
  if (format === 'agent')
    throw new Failure('usage', '--follow has no end, and -o agent is one text with a limit', {
      hint: 'Leave one of them out, or write a line each: -o ndjson.',
    })
  if (interval === undefined || interval >= LEAST_SECONDS) return interval ?? INTERVAL_SECONDS
  throw new Failure('usage', `--interval: at least ${LEAST_SECONDS}s`, { hint: 'Write it like 5s or 1m.' })
}
