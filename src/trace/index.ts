/**
 * The door of the library `trace`: reads traces, masks, analyses and draws them. See docs/libraries.md. It knows no session:
 * a back end is asked by a `send` of yours. ls-auth itself imports the files behind it, so that a command loads what it
 * needs alone.
 */
export { Failure } from '../errors.ts'
export { UNSTYLED } from '../text/unstyled.ts'
/** What spans spend: the critical path, by service and operation, and what failed or slow spans have in common. */
export { BreakdownSum } from './analysis/breakdown.ts'
export { rootsPath } from './analysis/critical-path.ts'
export { repeatedCalls, rootCauses, slowestSelf } from './analysis/findings.ts'
/** Two traces or two sets of them. */
export { Comparer } from './compare/comparison.ts'
/** Bytes in any format: OTLP, Jaeger, Zipkin, Lightstep, ours. */
export { readTraces } from './formats/sniff.ts'
/** Writes a trace in another format. */
export { exportTrace } from './formats/trace-formats.ts'
/** An id in any form that tools print. */
export { parseSpanOrTraceId } from './id.ts'
/** Masks secrets and personal data, when a value is read. */
export { maskTrace } from './masking.ts'
export type { Attributes, Span, Trace } from './model.ts'
/** Draws: a waterfall, and a page of HTML. */
export { renderHtml } from './render/html.ts'
export { renderWaterfall, type WaterfallOptions } from './render/waterfall/waterfall.ts'
/** The tree of a trace: clock skew adjusted, lost parents found. */
export { buildTree, type TraceTree } from './tree/trace-tree.ts'
