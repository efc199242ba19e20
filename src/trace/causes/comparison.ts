/** How large a group of spans is. */
export interface GroupSize {
  readonly spans: number
  /**
   * In how many traces they are; a trace with a span of the selection is not one of the rest. As many as spans where only
   * spans are counted.
   */
  readonly traces: number
}

/** Ordered pairs of different spans of one trace. */
export interface PairCounts {
  /** In which the first span is of the kind. */
  readonly first: number
  /** In which both are. */
  readonly both: number
}

/** How often one value occurs in each group. */
export interface ValueCounts {
  readonly selection: GroupSize
  readonly baseline: GroupSize
  /** Pairs of spans that have the value; absent: traces are not known. */
  readonly pairs?: PairCounts
}

/** One attribute and its values. */
export interface ComparedAttribute {
  /** With its scope: `span.http.route`, `resource.host.name`; `name` is that of the span. */
  readonly name: string
  /** Spans of a trace, or those of one service in it, mostly have the same value: a customer's id, a host. Traces are counted, too. */
  readonly isOfTrace: boolean
  readonly values: ReadonlyMap<string, ValueCounts>
}

/** Two groups of spans: those to be explained, and the rest of the population. */
export interface Comparison {
  readonly selection: GroupSize
  readonly baseline: GroupSize
  readonly attributes: readonly ComparedAttribute[]
  /** Pairs of spans of the selection, and of all spans; absent: traces are not known. */
  readonly pairs?: { readonly selection: PairCounts; readonly all: number }
}
