import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTraceFile } from '../../src/backends/read-trace-file.ts'
import { toTraceEvents } from '../../src/trace/formats/trace-events.ts'
import type { Trace } from '../../src/trace/model.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { bigTrace } from '../bench/big-trace.ts'
import { writeOtlpProtobuf } from '../bench/trace-files.ts'
import { soundTrace, tightTrace } from '../trace/any-trace.ts'
import { HOSTILE, traceOf } from '../trace/hostile-texts.ts'
import { needs } from '../world/needs.ts'

const CHROMIUM = '/usr/bin/chromium'
/** A reader of the Trace Event Format that is not ours: it says what it cannot read, and gives out what it has read. */
const READER = new URL('../../node_modules/speedscope/dist/release/index.html', import.meta.url)

/** What Speedscope saves: openings (`O`) and closings (`C`) in each lane, in microseconds. */
interface Saved {
  readonly shared: { readonly frames: readonly { readonly name: string }[] }
  readonly profiles: readonly {
    readonly name: string
    readonly unit: string
    readonly events: readonly { readonly type: 'O' | 'C'; readonly frame: number; readonly at: number }[]
  }[]
}

/** What is read of an event here. */
interface Complete {
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur: number
  readonly args: { readonly spanId: string }
}

/** The lane, the span, and when it begins and ends. */
type Seen = readonly [lane: string, spanId: string, from: number, to: number]

describe.skipIf(!needs({ files: [CHROMIUM], packages: ['chromium'] }))(
  '-o perfetto, read by Speedscope',
  () => {
    let browser: Browser
    let directory: string
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'ls-auth-speedscope-'))
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        // It draws by WebGL.
        args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
      })
    })
    afterAll(async () => {
      await browser?.close()
      await rm(directory, { recursive: true, force: true })
    })

    /** Opens a file as a person does, and saves what was read of it. */
    async function read(text: string): Promise<{ saved: Saved; complaints: readonly string[] }> {
      const file = join(directory, 'trace.json')
      await writeFile(file, text)
      const page = await (await browser.newContext({ offline: true })).newPage()
      const said: string[] = []
      page.on('console', (message) => said.push(message.text()))
      page.on('pageerror', (error) => said.push(error.message))
      page.on('dialog', (dialog) => {
        said.push(dialog.message())
        return dialog.dismiss()
      })
      await page.goto(READER.href)
      await page.locator('input[type=file]').setInputFiles(file)
      await page.getByText('Time Order').waitFor()
      const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')])
      const saved: Saved = JSON.parse(await readFile(await download.path(), 'utf8'))
      await page.context().close()
      return { saved, complaints: said.filter((line) => !USUAL.test(line)) }
    }

    async function big(): Promise<Trace> {
      const file = join(directory, 'big.pb')
      await writeOtlpProtobuf([bigTrace(2000)], file)
      return (await readTraceFile(await readFile(file), file))[0] as Trace
    }

    it.each<[what: string, traces: () => readonly Trace[] | Promise<readonly Trace[]>]>([
      ['of two thousand spans', async () => [await big()]],
      ['in which many begin and end at once', () => fc.sample(tightTrace, { seed: 1, numRuns: 12 })],
      ['in which calls outlast their callers', () => fc.sample(soundTrace, { seed: 1, numRuns: 3 })],
      ['with hostile texts', () => HOSTILE.slice(0, 3).map(traceOf)],
    ])('a trace %s: each span is there, and begins and ends when it did', async (_, traces) => {
      for (const trace of await traces()) {
        const tree = buildTree(trace)
        const text = [...toTraceEvents(tree, [...tree.spans.keys()], (value) => JSON.stringify(value))].join(
          '',
        )
        const { saved, complaints } = await read(text)
        expect(complaints).toEqual([])
        expect(seenBy(saved)).toEqual(meantBy(text))
      }
    })
  },
)

const USUAL = /^(speedscope v|WebGL initialized|Importing as Trace Event|import: |Saving )/

function seenBy({ shared, profiles }: Saved): Seen[] {
  const seen: Seen[] = []
  for (const { name, events } of profiles) {
    const lane = /\(pid \d+\).*\(tid \d+\)$/s.exec(name)?.[0].replace(/\).*\(/s, ', ') ?? name
    const open: { readonly frame: number; readonly at: number }[] = []
    for (const event of events) {
      if (event.type === 'O') open.push(event)
      else {
        const begun = open.pop()
        expect(begun?.frame).toBe(event.frame)
        const id = /"spanId":"([\da-f]+)","parentSpanId"/.exec(shared.frames[event.frame]?.name ?? '')?.[1]
        seen.push([lane, String(id), begun?.at ?? Number.NaN, event.at])
      }
    }
    expect(open).toEqual([])
  }
  return seen.sort(inOrder)
}

/** Each lane begins at nothing, as Speedscope counts. */
function meantBy(text: string): Seen[] {
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly Complete[] }
  const complete = traceEvents.filter(({ ph }) => ph === 'X')
  const first = new Map<number, number>()
  for (const { tid, ts } of complete) first.set(tid, Math.min(ts, first.get(tid) ?? ts))
  return complete
    .map(({ pid, tid, ts, dur, args }): Seen => {
      const from = ts - (first.get(tid) ?? 0)
      return [`(pid ${pid}, tid ${tid})`, args.spanId, from, from + dur]
    })
    .sort(inOrder)
}

const inOrder = (a: Seen, b: Seen): number => (String(a) < String(b) ? -1 : 1)
