import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import { parseSpanOrTraceId } from '../../trace/id.ts'
import type { Trace } from '../../trace/model.ts'
import type { TraceTree } from '../../trace/tree/tree.ts'
import { type Invocation, tell } from '../invocation.ts'
import { traceFromFile } from './trace-file.ts'
import type { Picture, Source } from './trace-output.ts'
import { readView, type View } from './trace-view.ts'

/** `ls-auth trace get ID|FILE|-`: one trace from the profile's back end or a file, drawn or as data. */
export async function traceGet(invocation: Invocation): Promise<void> {
  const { options } = invocation
  const view = readView(options)
  const found = await findTrace(invocation)
  const { trace } = found
  const { maskTrace } = await import('../../trace/masking.ts')
  const { buildTree } = await import('../../trace/tree/tree.ts')
  const { traceFormat, writeTrace } = await import('./trace-output.ts')
  const shown = view.showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
  let tree = buildTree(shown.trace)
  const drawn = ['waterfall', 'md'].includes(traceFormat(invocation))
  if (!drawn) refuseDrawing(invocation)
  if (view.spanId !== undefined) {
    const { subtree } = await import('../../trace/select.ts')
    const part = subtree(tree, view.spanId, drawn)
    if (!part) throw noSpan(view.spanId, trace)
    tell(
      invocation,
      `note: only span ${view.spanId} and below, ${part.spans.length} of ${trace.spans.length} spans`,
    )
    tree = buildTree(part)
  }
  await writeTrace(invocation, await withClocks(tree, view), view, found)
  // A drawing shows no attributes: there is nothing to miss in it.
  if (!drawn && shown.masked() > 0) {
    tell(
      invocation,
      'note: values that look like secrets or personal data are masked; --show-sensitive shows them',
    )
  }
}

/** Data is given as it was reported: what only changes a drawing is no flag for it. */
function refuseDrawing({ options }: Invocation): void {
  for (const flag of ['skew', 'plain', 'scale']) {
    if (options[flag] === undefined) continue
    throw new Failure('usage', `--${flag} changes a drawing; -o ${options.output ?? 'json'} writes data`, {
      hint: `Leave --${flag} out, or -o.`,
    })
  }
}

/** The tree to draw and, with `--skew`, what its header says about the clocks. */
async function withClocks(tree: TraceTree, { skew }: View): Promise<Picture> {
  if (!skew) return { tree, clocks: undefined }
  const { adjustSkew } = await import('../../trace/tree/skew.ts')
  const adjusted = adjustSkew(tree)
  const { buildTree } = await import('../../trace/tree/tree.ts')
  return { tree: adjusted.moved === 0 ? tree : buildTree(adjusted.trace), clocks: adjusted }
}

interface Found extends Source {
  readonly trace: Trace
}

async function findTrace(invocation: Invocation): Promise<Found> {
  const { trace: wanted } = invocation.options
  const wantedId = typeof wanted === 'string' ? readTraceId(wanted) : undefined
  const fromFile = await traceFromFile(invocation, wantedId)
  if (fromFile) return { trace: fromFile, name: fileName(invocation.args[0] as string), link: undefined }
  if (wantedId !== undefined) {
    throw new Failure('usage', '--trace chooses among the traces of a file', {
      hint: 'Give a file, or the id alone.',
    })
  }
  const reference = parseSpanOrTraceId(invocation.args[0] as string)
  const { openSource } = await import('./open-source.ts')
  const backend = await openSource(invocation)
  const trace = await backend.trace(reference)
  return { trace, name: backend.name, link: backend.link(trace) }
}

function readTraceId(text: string): string {
  const { traceId } = parseSpanOrTraceId(text)
  if (traceId !== undefined) return traceId
  throw new Failure('usage', '--trace: this is not a trace id')
}

function noSpan(spanId: string, trace: Trace): Failure {
  return new Failure('not-found', `trace ${trace.traceId} has no span ${spanId}`, {
    hint: 'Its spans: ls-auth trace get ID -o csv',
  })
}

function fileName(argument: string): string {
  if (argument === '-') return 'standard input'
  return `file ${safeText(argument.slice(argument.search(/[^/\\]*[/\\]*$/)), 80)}`
}
