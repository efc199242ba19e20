import { Failure } from '../errors.ts'
import { parseSpanOrTraceId } from '../trace/id.ts'
import type { Trace } from '../trace/model.ts'
import { type Invocation, tell } from './invocation.ts'
import { traceFromFile } from './trace-file.ts'
import { readView } from './trace-view.ts'

/** `ls-auth trace get ID|FILE|-`: one trace from the profile's back end or a file, drawn or as data. */
export async function traceGet(invocation: Invocation): Promise<void> {
  const { options } = invocation
  const view = readView(options)
  const { trace, link } = await findTrace(invocation)
  const { maskTrace } = await import('../trace/masking.ts')
  const { buildTree } = await import('../trace/tree.ts')
  const { traceFormat, writeTrace } = await import('./trace-output.ts')
  const shown = view.showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
  let tree = buildTree(shown.trace)
  const drawn = ['waterfall', 'md'].includes(traceFormat(invocation))
  if (view.spanId !== undefined) {
    const { subtree } = await import('../trace/select.ts')
    const part = subtree(tree, view.spanId, drawn)
    if (!part) throw noSpan(view.spanId, trace)
    tell(
      invocation,
      `note: only span ${view.spanId} and below, ${part.spans.length} of ${trace.spans.length} spans`,
    )
    tree = buildTree(part)
  }
  await writeTrace(invocation, tree, view, link)
  // A drawing shows no attributes: there is nothing to miss in it.
  if (!drawn && shown.masked() > 0) {
    tell(
      invocation,
      'note: values that look like secrets or personal data are masked; --show-sensitive shows them',
    )
  }
}

interface Found {
  readonly trace: Trace
  /** Its page in the back end's UI. */
  readonly link: string | undefined
}

async function findTrace(invocation: Invocation): Promise<Found> {
  const { trace: wanted } = invocation.options
  const wantedId = typeof wanted === 'string' ? readTraceId(wanted) : undefined
  const fromFile = await traceFromFile(invocation, wantedId)
  if (fromFile) return { trace: fromFile, link: undefined }
  if (wantedId !== undefined) {
    throw new Failure('usage', '--trace chooses among the traces of a file', {
      hint: 'Give a file, or the id alone.',
    })
  }
  const reference = parseSpanOrTraceId(invocation.args[0] as string)
  const { openBackend } = await import('./trace-backend.ts')
  const backend = await openBackend(invocation)
  const trace = await backend.trace(reference)
  return { trace, link: backend.link(trace) }
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
