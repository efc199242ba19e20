/** Flags of `trace search` that a side takes without their dashes. Of `attr` there may be several. */
export const WITH_VALUE: readonly string[] = [
  'service',
  'name',
  'attr',
  'min',
  'max',
  'query',
  'since',
  'from',
  'to',
  'limit',
  'file',
]
/** Those that stand without a value: two spellings of one, as on the command line. */
export const ALONE: readonly string[] = ['error', 'errors']
