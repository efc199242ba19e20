import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { TRACE_DRAWINGS, type TraceDrawing, type TraceFormat } from '../../trace/formats/output-choices.ts'
import type { TraceReference } from '../../trace/id.ts'
import { maskTrace } from '../../trace/masking.ts'
import { buildTree, type TraceTree } from '../../trace/tree/trace-tree.ts'
import { withheldNote } from '../../trace/withheld.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { commandLine } from '../command-line.ts'
import { type Invocation, tell } from '../invocation.ts'
import { type BatchOptions, readBatch } from './batch/read-batch.ts'
import { findTrace } from './find-trace.ts'
import { requireService } from './known-service.ts'
import { pictureOf, withClocks } from './output/picture.ts'
import { writeTrace } from './output/trace-output.ts'
import { readView, type View } from './output/view-options.ts'
import { readFormat, tellMasked } from './print-rows.ts'
import { readTraceArgument, readTraceId, type TraceArgument } from './trace-argument.ts'

interface TraceGetOptions {
  readonly argument: TraceArgument
  /** Which trace of a file. */
  readonly wanted: TraceReference | undefined
  readonly format: TraceFormat
  readonly view: View
}

/** `ls-auth trace get ID|FILE|-`, or many with `--ids`: one trace from the profile's back end or a file, drawn or as data. */
export const traceGet: CliCommand<TraceGetOptions | BatchOptions> = { read, run }

const isDrawn = (format: TraceFormat): format is TraceDrawing =>
  (TRACE_DRAWINGS as readonly TraceFormat[]).includes(format)

/** Formats for a browser: each span is whole, and none of what a terminal has not the room for is left out. */
const isGraphic = (format: TraceFormat): boolean => format === 'html' || format === 'svg'

function read(typed: Typed): TraceGetOptions | BatchOptions {
  const batch = readBatch(typed)
  if (batch) return batch
  const { args, flags, now } = typed
  const [id] = args
  if (id === undefined) throw noTraceNamed(flags)
  const format = readFormat<TraceFormat>(typed, 'waterfall')
  refuseFlags(flags, ...uselessFor(format))
  return {
    argument: readTraceArgument(id),
    wanted: typeof flags.trace === 'string' ? readTraceId(flags.trace) : undefined,
    format,
    view: readView(flags, now, showsIds(id, flags)),
  }
}

/** The line that shows the ids of the spans. Undefined: of standard input, which is read only once, there is none. */
const showsIds = (id: string, { trace }: Typed['flags']): string | undefined =>
  id === '-'
    ? undefined
    : commandLine({ command: 'trace get', args: [id], options: { trace, unfold: true, showIds: true } })

function noTraceNamed({ span, trace }: Typed['flags']): Failure {
  const hint =
    typeof span === 'string'
      ? 'The trace comes first: ls-auth trace get ID --span SPAN_ID'
      : typeof trace === 'string'
        ? `Without --trace: ls-auth trace get ${shellWord(trace)}`
        : 'Give an id or a file: ls-auth trace get ID. Many of them: --ids FILE'
  return new Failure('usage', 'no trace is named', { hint })
}

/** They change how rows of text are drawn. */
const TERMINAL_FLAGS = ['plain', 'details', 'show-ids', 'full', 'no-bars']
/** They change a drawing: data formats give the trace as it was reported. */
const DRAWING_FLAGS = ['skew', 'scale', ...TERMINAL_FLAGS]

/** Flags that would change nothing in this format, and why. */
function uselessFor(format: TraceFormat): [refused: readonly string[], because: string] {
  if (!isDrawn(format)) return [DRAWING_FLAGS, `-o ${format} writes data`]
  if (isGraphic(format)) return [TERMINAL_FLAGS, `-o ${format} has no rows of text`]
  if (format === 'agent') return [[...TERMINAL_FLAGS, 'scale', 'unfold'], '-o agent has one form only']
  return [format === 'md' ? ['plain'] : [], `-o ${format} is one for a page`]
}

/** Failure `usage` for flags that would change nothing. */
function refuseFlags(flags: Typed['flags'], refused: readonly string[], because: string): void {
  for (const flag of refused) {
    if (flag === 'no-bars' ? flags.bars !== false : flags[flag.replace('-ids', 'Ids')] === undefined) continue
    throw new Failure('usage', `--${flag} changes a drawing; ${because}`, {
      hint: `Leave --${flag} out, or -o.`,
    })
  }
}

async function run(invocation: Invocation, options: TraceGetOptions | BatchOptions): Promise<void> {
  if ('ids' in options) return (await import('./batch/batch.ts')).runBatch(invocation, options)
  const { argument, wanted, format, view } = options
  const found = await findTrace(invocation, argument, wanted)
  const { trace } = found
  const shown = view.showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
  const drawn = isDrawn(format)
  const whole = await withClocks(buildTree(shown.trace, { asReported: !drawn }), view)
  const picture = pictureOf(whole, view, drawn) ?? (await noSpan(invocation, view, whole.tree))
  const { tree, focus } = picture
  requireService(tree, view.selection.service, view.spanId)
  if (view.spanId !== undefined && (!drawn || isGraphic(format))) {
    const { count, grouped } = await import('../../text/count.ts')
    const spans = `${grouped(tree.count)} of ${count(whole.tree.count, 'span')}`
    tell(invocation, `note: only span ${view.spanId} and below, ${spans}`)
  }
  const written = await writeTrace(invocation, format, picture, view, found)
  // The notes below the rows say it, and a span alone has none.
  const hasNotes = drawn && !(focus && tree.count === 1)
  const { partial } = shown.trace
  if (partial !== undefined && !hasNotes && format !== 'json') {
    tell(invocation, `note: only a part of the trace is here: ${safeText(partial, 300)}`)
  }
  const withheld = withheldNote(tree.trace.spans, focus?.tree.span(focus.node))
  if (withheld !== undefined) tell(invocation, `note: ${withheld}`)
  // Rows alone show no attributes: to draw them values are read, and masked, that they do not show.
  const hasValues =
    !drawn || format === 'html' || focus !== undefined || view.details || written.hasMaskedPart
  if (hasValues && shown.masked() > 0) tellMasked(invocation)
  if (format === 'waterfall') (await import('./next-steps.ts')).tellStepsFrom(invocation, tree, view)
}

async function noSpan(invocation: Invocation, view: View, { trace }: TraceTree): Promise<never> {
  const { missingSpan } = await import('./missing-span.ts')
  throw missingSpan(invocation, view, trace)
}
