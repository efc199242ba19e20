import type { ComparedOperation } from '../../../src/trace/compare/comparison.ts'
import type { Trace } from '../../../src/trace/model.ts'
import type { Sketch } from '../make.ts'
import { compareTraces } from './planted-judge.ts'

/** A request of a tenth of a second. */
export const ROOT: Sketch = { id: 1, name: 'GET /', ms: 100, kind: 'server' }

/** A call of the request. */
export const read = (id: number, at: number, ms: number, more: Partial<Sketch> = {}): Sketch => ({
  id,
  parent: 1,
  name: 'read',
  at,
  ms,
  ...more,
})

export const rowsOf = (a: Trace | Trace[], b: Trace | Trace[]): readonly ComparedOperation[] =>
  compareTraces([a].flat(), [b].flat()).rows
