import { errorCode, Failure } from '../../../errors.ts'
import type { GrowingFile } from '../../../ports/ports.ts'
import { safeJson, safeText } from '../../../text/safe-text.ts'
import { LINE_SHAPES, traceLine } from '../../../trace/formats/json-export.ts'
import { TRACE_LINES, type TraceLines } from '../../../trace/formats/output-choices.ts'
import { maskTrace } from '../../../trace/masking.ts'
import type { Trace } from '../../../trace/model.ts'
import { withheldNote } from '../../../trace/span-view.ts'
import { commandLine } from '../../command-line.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { tellMasked } from '../masked.ts'
import { readNamedFile } from '../trace-file.ts'
import { IdIndex, readIds, readWholeLines, type WantedTrace, type WholeLines } from './id-list.ts'
import { BatchProgress, Tally } from './tally.ts'
import { inOrder, openReader } from './trace-reader.ts'

/** `trace get --ids`. */
export interface BatchOptions {
  /** A file with ids, or `-` for standard input. */
  readonly ids: string
  readonly format: TraceLines
  /** The file that the output goes to, and that says what is done already; undefined: to standard output. */
  readonly resume: string | undefined
  readonly showSensitive: boolean
}

/** The typed line; `others`: flags for one trace. Failure `usage`. */
export function readBatch({ args, options }: Invocation, [other]: readonly string[]): BatchOptions {
  const refused = (message: string, hint: string) => new Failure('usage', message, { hint })
  const { ids, resume } = options as { ids?: string; resume?: string }
  if (ids === undefined) throw refused('--resume goes with --ids', 'Give the list of ids: --ids FILE')
  if (args.length > 0) throw refused('--ids replaces the id', 'Give one of them.')
  if (resume === '-')
    throw refused('--resume needs a file', 'Give one, or drop --resume to write to standard output.')
  if (other !== undefined)
    throw refused(
      `${other} is for one trace, but --ids fetches whole traces`,
      `--ids supports -o ${TRACE_LINES.join('|')}, --resume, --show-sensitive, --snapshot and the settings of the profile.`,
    )
  const typed = options.json === true ? 'json' : (options.output ?? 'ndjson')
  const format = TRACE_LINES.find((one) => one === typed)
  if (format === undefined)
    throw refused(
      `--ids cannot write ${typed}`,
      `It writes one trace per line: -o ${TRACE_LINES.join(' or -o ')}`,
    )
  return { ids, format, resume, showSensitive: options.showSensitive === true }
}

const MOST_LIST_BYTES = 64 * 1024 * 1024
const BOUNDS = {
  workers: 8,
  // So far a worker goes ahead of a slow trace.
  ahead: 32,
  mostBytes: 64 * 1024 * 1024,
  sizeOf: ([, outcome]: readonly [WantedTrace, Outcome]) => ('line' in outcome ? outcome.line.length : 0),
}

/**
 * `ls-auth trace get --ids FILE|-`: whole traces, one a line, in the order of the list. An unreadable id is named on stderr,
 * and decides the exit status at the end; a failure that would meet all ids ends the run at once.
 */
export async function runBatch(invocation: Invocation, options: BatchOptions): Promise<void> {
  const all = await readList(invocation, options.ids)
  const { resume, format } = options
  const resumed = resume === undefined ? undefined : await openResumed(invocation, resume, format, all)
  const progress = new BatchProgress(invocation.ports, all.length, invocation.ports.terminal.errIsTTY)
  try {
    const wanted = all.filter((one) => resumed?.done.has(one) !== true)
    const already = all.length - wanted.length
    if (already > 0) tell(invocation, alreadyThere(already, all.length, options))
    progress.skipped(already)
    if (wanted.length > 0) await fetchAll(invocation, options, wanted, resumed, progress)
  } finally {
    progress.end()
    await resumed?.close()
  }
}

const alreadyThere = (already: number, all: number, { showSensitive }: BatchOptions): string =>
  `note: ${already} of ${all} ${already === 1 ? 'is' : 'are'} there already${showSensitive ? ', perhaps with masked values' : ''}`

async function readList(invocation: Invocation, path: string): Promise<WantedTrace[]> {
  const isInput = path === '-'
  const bytes = isInput
    ? await invocation.ports.terminal.readAllBytes(MOST_LIST_BYTES)
    : await readNamedFile(invocation, path, 'ids', MOST_LIST_BYTES)
  if (bytes instanceof Failure) throw bytes
  const name = isInput ? 'standard input' : safeText(path, 200)
  const wanted = readIds(bytes.toString('utf8'), name)
  // A search without a match writes this list: a pipeline with it has not failed.
  if (wanted.length === 0) tell(invocation, `note: ${name} has no ids, so ls-auth fetched nothing`)
  return wanted
}

/** Failures: that of the run when some of the ids have failed, and those that are for all ids. */
async function fetchAll(
  invocation: Invocation,
  options: BatchOptions,
  wanted: readonly WantedTrace[],
  resumed: Resumed | undefined,
  progress: BatchProgress,
): Promise<void> {
  const tally = new Tally()
  const written = resumed?.traces ?? new Set<string>()
  const index = new IdIndex(wanted)
  const there = new Set<WantedTrace>()
  let [masked, handled] = [0, 0]
  try {
    const fetch = await openFetch(invocation, options, tally, progress)
    const work = async (one: WantedTrace): Promise<readonly [WantedTrace, Outcome]> => {
      const outcome = await fetch(one)
      progress.done(outcome instanceof Failure)
      return [one, outcome]
    }
    for await (const [one, outcome] of inOrder(wanted, work, BOUNDS)) {
      if (outcome instanceof Failure) {
        // Lightstep finds a trace by a span of it only: another line of the list has brought it.
        if (!there.has(one)) {
          tally.add(outcome)
          // One line, also with `--quiet`.
          invocation.ports.terminal.err(`failed: ${one.shown}: ${safeText(outcome.message, 300)}\n`)
        }
      } else if (!written.has(outcome.traceId)) {
        // Several of the ids may be of one trace.
        written.add(outcome.traceId)
        for (const same of index.ofTrace(outcome.traceId)) there.add(same)
        await write(invocation, options, one, outcome, resumed)
        masked += outcome.masked
      }
      // A trace that could not be written is left, too.
      handled += 1
    }
  } catch (error) {
    throw stopped(error, wanted.length - handled, invocation, options)
  }
  if (masked > 0) tellMasked(invocation)
  const paid = tally.isPaid ? 'If it takes a snapshot, another try takes another. ' : ''
  const failure = tally.failure(wanted.length, paid + again(invocation, options))
  if (failure) throw failure
}

async function write(
  invocation: Invocation,
  { format }: BatchOptions,
  { shown }: WantedTrace,
  { line, partial, withheldNote }: FetchedTrace,
  resumed: Resumed | undefined,
): Promise<void> {
  if (resumed) resumed.append(line)
  else await invocation.ports.terminal.outBytes(line)
  // The other format has members for that.
  if (format !== 'otlp') return
  if (partial !== undefined) tell(invocation, `note: ${shown}: incomplete trace: ${safeText(partial, 300)}`)
  if (withheldNote !== undefined) tell(invocation, `note: ${shown}: ${withheldNote}`)
}

/** A line that is pasted has no pipe, and would wait for the keyboard. */
const SAVE = 'save the piped ids in a file IDS, then'
const isPiped = ({ ids }: BatchOptions): boolean => ids === '-'
const named = (options: BatchOptions) => (isPiped(options) ? { ids: 'IDS' } : {})

/** How to continue: the same command, with a file that says what is done. */
function again(invocation: Invocation, options: BatchOptions): string {
  const { resume = 'FILE' } = options
  const line = commandLine(invocation, { ...named(options), resume })
  if (isPiped(options)) return `To retry those, ${SAVE}: ${line}`
  if (options.resume !== undefined) return `Run the same command again to retry those: ${line}`
  return `Try again. With a file ls-auth only fetches missing traces: ${line}`
}

/** The failure that ended the run early, with what is left to do. */
function stopped(error: unknown, left: number, invocation: Invocation, options: BatchOptions): unknown {
  if (!(error instanceof Failure)) return error
  const { code, message, hint, detail, exit } = error
  const ids = left === 1 ? '1 id is left' : `${left} ids are left`
  const next = isPiped(options) ? `, ${SAVE}` : ''
  const rest = [`stopped: ${ids}. When this works again${next}: ${commandLine(invocation, named(options))}`]
  return new Failure(code, message, { hint, detail: [...detail, ...rest], exit, cause: error })
}

/** A trace as a line of the output. */
interface FetchedTrace {
  readonly line: Buffer
  readonly traceId: string
  /** How many values are masked in it. */
  readonly masked: number
  /** Why it is only a part of the trace, in the words of the back end. */
  readonly partial: string | undefined
  /** For a person; undefined: nothing of it is withheld. */
  readonly withheldNote: string | undefined
}

/** A trace, or why there is none. */
type Outcome = FetchedTrace | Failure

/** Opens the back end of the profile for many traces, as {@link openReader} does, and makes lines of them. */
async function openFetch(
  invocation: Invocation,
  options: BatchOptions,
  tally: Tally,
  progress: BatchProgress,
): Promise<(one: WantedTrace) => Promise<Outcome>> {
  const read = await openReader(invocation, tally, (milliseconds) => progress.limited(milliseconds))
  return ({ reference }) => read(reference, (trace) => asLine(trace, options))
}

function asLine(trace: Trace, { format, showSensitive }: BatchOptions): FetchedTrace {
  const shown = showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
  const line = traceLine(format, shown.trace, (value) => safeJson(value))
  const { traceId, partial } = shown.trace
  return { line, traceId, masked: shown.masked(), partial, withheldNote: withheldNote(trace.spans) }
}

/** The file of `--resume`, with what it holds from earlier runs. */
interface Resumed extends Pick<WholeLines, 'traces' | 'done'> {
  /** Failure `storage`. */
  append(line: Buffer): void
  close(): Promise<void>
}

/**
 * Opens the file for the output, reads which traces it has, and cuts a part of a line that a killed run has left. Failures:
 * `usage` for a file with something else in it, which is left unchanged, and for anything but a file; `busy`; `storage`.
 */
async function openResumed(
  invocation: Invocation,
  path: string,
  format: TraceLines,
  wanted: readonly WantedTrace[],
): Promise<Resumed> {
  const shown = safeText(path, 200)
  const file = await openFile(invocation, path, shown)
  try {
    const held = readWholeLines(file, LINE_SHAPES[format], new IdIndex(wanted))
    if (held.foreign !== undefined) throw foreign(shown, held.foreign, format)
    if (held.size < file.size) file.cut(held.size)
    if (held.isUnended) file.append(Buffer.from('\n'))
    const { traces, done } = held
    return {
      traces,
      done,
      append: (line) => {
        try {
          file.append(line)
        } catch (cause) {
          throw notWritten(shown, cause)
        }
      },
      close: () => file.close().catch((cause) => Promise.reject(notWritten(shown, cause))),
    }
  } catch (error) {
    await file.close().catch(() => {})
    throw error instanceof Failure ? error : notWritten(shown, error)
  }
}

async function openFile({ ports }: Invocation, path: string, shown: string): Promise<GrowingFile> {
  try {
    return await (await ports.files()).openGrowing(path)
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const code = codeOf(cause)
    if (code === 'EBUSY')
      throw new Failure('busy', `another ls-auth is writing ${shown}`, {
        hint: 'Wait for it, or use one file per run.',
        cause,
      })
    const noFile = ['EINVAL', 'EISDIR', 'ENOENT', 'ENOTDIR', 'ENXIO'].includes(code)
    if (!noFile) throw notWritten(shown, cause)
    const hint =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'The directory does not exist.' : 'It must be a plain file.'
    throw new Failure('usage', `cannot write ${shown} (${code})`, { hint, cause })
  }
}

const codeOf = (error: unknown): string => safeText(errorCode(error) ?? '', 40)

function notWritten(shown: string, cause: unknown): Failure {
  const code = codeOf(cause)
  return new Failure('storage', `cannot write ${shown} (${code})`, { hint: hintOf(code), cause })
}

function hintOf(code: string): string {
  if (code === 'EACCES' || code === 'EPERM') return 'Fix its permissions, or choose another file.'
  if (code === 'EROFS') return 'Its file system is read-only. Choose a file elsewhere.'
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return `${isFull ? 'Free some space' : 'Check its disk'}. Run the same command again to continue.`
}

const foreign = (shown: string, line: number, format: TraceLines): Failure =>
  new Failure('usage', `line ${line} of ${shown} is not output of --ids -o ${format}`, {
    hint: 'The file was not changed. Choose another file, or its original format.',
  })
