import { test } from 'vitest'
import { makeTrace, toStoredTraces } from '../world/trace-data.ts'
import { makeChain, plain, makeSpan } from './make.ts'
import { parseLightstep } from '../../src/trace/formats/lightstep.ts'
import { toJson } from '../../src/trace/formats/json.ts'
import { buildTree } from '../../src/trace/tree.ts'
import { criticalSections } from '../../src/trace/critical-path.ts'
import { renderWaterfall } from '../../src/trace/render/waterfall.ts'
test('perf', () => {
  const d = makeTrace({ seed: 1, spans: 100_000 })
  const j = toStoredTraces(d, d.spans[0]!.spanId)
  const t = <T>(n: string, f: () => T) => { const a = performance.now(); const r = f(); console.log(n, (performance.now() - a).toFixed(0)); return r }
  const trace = t('parse', () => parseLightstep(j)!)
  const tree = t('tree', () => buildTree(trace))
  t('cp', () => criticalSections([...tree.roots, ...tree.detached]))
  const lines = t('render 120', () => renderWaterfall(tree, { width: 120, unicode: true, style: plain }))
  console.log(lines.length)
  t('render unfold', () => renderWaterfall(tree, { width: 120, unicode: true, style: plain, fold: false }))
  t('json', () => toJson(trace))
  const c = t('chain tree', () => buildTree(makeChain(80_000)))
  t('chain render', () => renderWaterfall(c, { width: 120, unicode: true, style: plain }))
  const rnd: any[] = []
  for (let i = 0; i < 100_000; i++) rnd.push(makeSpan({ id: i + 1, ...(i > 0 && { parent: Math.floor(Math.random() * i) + 1 }), name: 'op' + i, at: Math.random() * 1e3, ms: Math.random() * 100 }))
  const rt = t('random tree', () => buildTree({ traceId: 'a', spans: rnd }))
  t('random render', () => renderWaterfall(rt, { width: 120, unicode: true, style: plain }))
})
