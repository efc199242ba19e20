/** How large a group of spans is. */
export interface GroupSize {
  readonly spans: number
  /** In how many traces they are. As many as spans where only spans are counted. */
  readonly traces: number
}

/** How often one value occurs in each group. */
export interface ValueCounts {
  readonly selection: GroupSize
  readonly baseline: GroupSize
}

/** One attribute and its values. */
export interface ComparedAttribute {
  /** With its scope: `span.http.route`, `resource.host.name`; `name` is that of the span. */
  readonly name: string
  /** All spans of a trace mostly have the same value, such as a customer's id. Then traces are counted, not spans. */
  readonly isOfTrace: boolean
  readonly values: ReadonlyMap<string, ValueCounts>
}

/** Two groups of spans: those to be explained, and the rest of the population. */
export interface Comparison {
  readonly selection: GroupSize
  readonly baseline: GroupSize
  readonly attributes: readonly ComparedAttribute[]
}
