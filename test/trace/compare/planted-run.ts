import type { Span, Trace } from '../../../src/trace/model.ts'
import { NONE } from '../../../src/trace/model.ts'
import type { Random } from '../../world/trace/random.ts'
import { EPOCH } from '../make.ts'
import type { Step } from './planted-request.ts'

/** What is different in a run. */
interface Plan {
  /** The step that is slower, and by which factor. */
  readonly slow?: { readonly step: number; readonly factor: number } | undefined
  /** A step that it has not. */
  readonly removed?: number
  /** Steps that every second run leaves out. */
  readonly rare?: ReadonlySet<number>
  /** Every duration is off by up to this much, both ways. */
  readonly noise?: number | undefined
}

/** The same code at another moment. */
const NOISE = 0.1

/** One run of a request as a trace. */
export function run(root: Step, random: Random, plan: Plan): Trace {
  const { slow, removed, rare, noise = NOISE } = plan
  const spans: Span[] = []
  const resource = [['service.instance.id', random.hex(12)]] as const
  const begin = EPOCH + BigInt(random.between(0, 1e9))
  /** Gives the end of a call that begins at `start`. */
  const call = (step: Step, start: number, parentId: string | undefined): number => {
    const spanId = random.hex(16)
    const factor = slow?.step === step.number ? slow.factor : 1
    const moment = 1 + (noise * random.between(-1000, 1000)) / 1000
    const work = step.work * factor * moment
    let at = start + work / 2
    let latest = at
    const asyncs: Step[] = []
    for (const child of random.shuffle(step.children)) {
      if (child.number === removed) continue
      if (rare?.has(child.number) && random.between(0, 1) === 0) continue
      if (child.isAsync) {
        asyncs.push(child)
        continue
      }
      for (let i = 0; i < child.calls; i++) {
        const end = call(child, at, spanId)
        latest = Math.max(latest, end)
        if (!step.isParallel) at = end
      }
    }
    const end = latest + work / 2
    for (const child of asyncs) for (let i = 0; i < child.calls; i++) call(child, end, spanId)
    const { service, name, kind } = step
    spans.push({
      spanId,
      ...(parentId !== undefined && { parentId }),
      name,
      service,
      kind,
      status: 'unset',
      startNanos: begin + BigInt(Math.round(start)),
      durationNanos: Math.round(end) - Math.round(start),
      attributes: NONE,
      events: NONE,
      links: NONE,
      resource,
      marks: NONE,
    })
    return end
  }
  call(root, 0, undefined)
  return { traceId: random.hex(32), spans: random.shuffle(spans) }
}
