import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = makeTrace({ seed: 7 })
let world: World
let file: string
beforeEach(async () => {
  world = await openWorld({ columns: 80 })
  file = join(world.home, 'checkout.json')
  await writeFile(file, JSON.stringify(toOtlpDocument([trace], 'hex')))
})
afterEach(() => world.close())

const get = (flags: string) => world.type(`ls-auth trace get ${file} ${flags}`)
/** Of spans: each has an id, and what stands for several of them has none. */
const rows = (page: string) => page.match(/<div class="r [^>]* id="s-/g)?.length

it('a trace for somebody without a terminal: one page with a row for each span', async () => {
  const { exit, stdout } = await get('-o html')
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
  expect(rows(stdout)).toBe(trace.spans.length)
  const root = trace.spans[0]?.spanId
  expect(stdout).toContain(`id="s-${root}"`)
})

it('a page has the folds of the terminal, and none with --unfold', async () => {
  const folded = /(\d+)× GET item/.exec((await get('--no-bars')).stdout)?.[0]
  expect((await get('-o html')).stdout).toContain(`>${folded} <small>`)
  const { stdout } = await get('-o html --unfold')
  expect(stdout).not.toContain('× GET item <small>')
  expect(rows(stdout)).toBe(trace.spans.length)
})

it('a picture for a document has the rows of the terminal', async () => {
  const picture = await get('-o svg')
  const terminal = await get('--no-bars')
  expect(picture.stdout).toMatch(/^<\?xml version="1\.0"[\s\S]*<\/svg>\n$/)
  const folded = /(\d+)× GET item/.exec(terminal.stdout)?.[0]
  expect(picture.stdout).toContain(`>${folded}</text>`)
})

it.each(['html', 'svg', 'perfetto', 'json', 'ndjson', 'otlp', 'jaeger', 'csv'])(
  '-o %s of flags that no span fits says so, as the rows do',
  async (format) => {
    const says = 'o span fits: 0 of 48 spans shown (--error --service shipping); without these flags, all\n'
    const none = await get(`--error --service shipping -o ${format}`)
    expect(none).toMatchObject({ exit: 0, stderr: `note: n${says}` })
    const [span] = trace.spans.filter(({ parentId }) => parentId !== undefined)
    const below = await get(`--span ${span?.spanId} --min 1h -o ${format}`)
    expect(below.stderr).toMatch(
      /\nnote: no span fits: 0 of \d+ spans? shown \(--min 1h\); without this flag, all\n$/,
    )
    expect((await get(`--error -o ${format}`)).stderr).not.toContain('no span')
    expect((await get(`-o ${format}`)).stderr).not.toContain('no span')
  },
)
