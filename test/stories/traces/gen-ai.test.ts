import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CANARY, type GenAiTrace, genAiTrace, type Tokens } from '../../world/trace/gen-ai.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces = Array.from({ length: 50 }, (_, seed) => genAiTrace(seed))

let world: World
let file: string
let one: string
beforeAll(async () => {
  world = await openWorld({ columns: 140 })
  file = join(world.home, 'agents.json')
  one = join(world.home, 'one.json')
  await writeFile(file, JSON.stringify(toOtlpDocument(traces, 'hex')))
  await writeFile(one, JSON.stringify(toOtlpDocument([traces[1] as GenAiTrace], 'hex')))
})
afterAll(() => world.close())

const words = CANARY.split(' ')

describe('what people typed into models, and what models answered', () => {
  const every = Array.from({ length: 5 }, (_, seed) => seed)
  it.each([
    ...['', '--details --full', '--plain --details --full', '-o json', '-o ndjson', '-o otlp', '-o jaeger'],
    ...['-o csv', '-o perfetto', '-o md', '-o html', '-o svg', '-o agent'],
  ])('is masked in each trace: trace get %s', async (flags) => {
    for (const seed of every) {
      const { exit, stdout, stderr } = await world.type(
        `ls-auth trace get ${file} --trace ${traces[seed]?.traceId} ${flags}`,
      )
      expect(exit).toBe(0)
      for (const word of words) expect(stdout + stderr).not.toContain(word)
    }
  })

  it.each([
    ...['trace why --name POST --error', 'trace why --slower-than p50', 'trace why --slower-than p50 --json'],
    ...['trace breakdown', 'trace search --json', 'services', 'attributes'],
    ...['attributes input', 'attributes gen_ai.prompt', 'attributes input.value --json'],
  ])('and in answers about many traces: %s', async (command) => {
    const { stdout, stderr } = await world.type(`ls-auth ${command} --file ${file}`)
    for (const word of words) expect(stdout + stderr).not.toContain(word)
  })

  it('and in one span, and where two traces are compared', async () => {
    for (const { spanId } of traces[1]?.spans ?? []) {
      for (const form of ['--full', '-o agent', '-o json']) {
        const { exit, stdout } = await world.type(`ls-auth trace get ${one} --span ${spanId} ${form}`)
        expect([exit, words.filter((word) => stdout.includes(word))]).toEqual([0, []])
      }
    }
    const diff = await world.type(`ls-auth trace diff ${one} ${one} --json`)
    expect(diff.stdout).not.toContain(words[0])
  })

  it('is shown with --show-sensitive, in each place where it was written', async () => {
    const { stdout } = await world.type(`ls-auth trace get ${one} -o json --show-sensitive`)
    const written = (await readFile(one, 'utf8')).split(CANARY).length
    expect(stdout.split(CANARY).length).toBe(written)
  })
})
type Sums = Record<string, Tokens>
function summed(of: (trace: GenAiTrace) => ReadonlyMap<string, Tokens>): Sums {
  const sums: Sums = {}
  for (const trace of traces) {
    for (const [key, { input, output }] of of(trace)) {
      const known = sums[key] ?? { input: 0, output: 0 }
      sums[key] = { input: known.input + input, output: known.output + output }
    }
  }
  return sums
}

describe('how many tokens did models take?', () => {
  it.each(['model', 'tool'])('by %s, each once, as the traces were made', async (by) => {
    const { exit, stdout } = await world.type(`ls-auth trace breakdown --by ${by} --file ${file} --json`)
    expect(exit).toBe(0)
    const { rows, input_tokens, output_tokens } = JSON.parse(stdout)
    const wanted = summed(by === 'model' ? ({ byModel }) => byModel : ({ byTool }) => byTool)
    const shown = Object.fromEntries(
      rows
        .filter((row: Record<string, unknown>) => row.input_tokens !== null)
        .map((row: Record<string, number | string>) => [
          row[by] ?? '',
          { input: row.input_tokens, output: row.output_tokens },
        ]),
    )
    expect(shown).toEqual(wanted)
    const total = Object.values(wanted).reduce(
      (sum, { input, output }) => ({ input: sum.input + input, output: sum.output + output }),
      { input: 0, output: 0 },
    )
    expect({ input: input_tokens, output: output_tokens }).toEqual(total)
  })

  it('in a table, as CSV, and for an agent', async () => {
    const table = (format: string) =>
      world.type(`ls-auth trace breakdown --by model --file ${file} ${format}`)
    const first = 'claude-2     59      33       0  4.93ms  8.87ms        7%    114,810  25,567'
    const { stdout } = await table('')
    expect(stdout).toContain('3.99s in all · 409,053 tokens in, 96,448 out\n')
    expect(stdout).toContain(
      '\nMODEL     CALLS  TRACES  ERRORS     P50     P99  CRITICAL  TOKENS IN     OUT\n',
    )
    expect(stdout).toContain(`\n${first}\n`)
    expect((await table('-o agent')).stdout).toContain(`\n${first}\n`)
    const [head, row] = (await table('-o csv')).stdout.split('\r\n')
    expect(head).toBe(
      'model,calls,traces,unfinished,p50_ns,p99_ns,errors,self_ns,self_unknown,critical_path_ns,critical_path_share,input_tokens,output_tokens',
    )
    expect(row).toMatch(/^claude-2,59,33,.*,114810,25567$/)
  })
})

describe('which models and tools did a request call?', () => {
  it.each([
    ['otel', 1, /chat claude-3 +\d[\d,]* tokens in, \d+ out/, /execute_tool tool_\d/],
    ['otel-old', 2, /chat claude-\d +\d[\d,]* tokens in, \d+ out/, /execute_tool tool_\d/],
    ['openinference', 3, /ChatAnthropic +LLM claude-\d, \d[\d,]* tokens in, \d+ out/, /tool_\d +TOOL/],
    ['traceloop', 4, /anthropic\.chat +claude-\d, \d[\d,]* tokens in, \d+ out/, /tool_\d\.tool/],
    [
      'vercel',
      5,
      /ai\.generateText\.doGenerate +gpt-\d, \d[\d,]* tokens in, \d+ out/,
      /ai\.toolCall +tool_\d/,
    ],
  ])('rows and details say it: %s', async (_, seed, model, tool) => {
    const trace = genAiTrace(seed - 1)
    const path = join(world.home, `only-${seed}.json`)
    await writeFile(path, JSON.stringify(toOtlpDocument([trace], 'hex')))
    for (const form of ['', '--plain', '-o agent', '-o md']) {
      const { stdout } = await world.type(`ls-auth trace get ${path} ${form}`)
      const flat = stdout.replace(/ assistant /g, ' ').replace(/ {2}[\d.]+m?s /g, ' ')
      expect(flat).toMatch(tool)
      if (form === '') expect(stdout.replace(/ +[\d.]+[mµ]?s.*\n[ │├└]*/g, ' ')).toMatch(model)
    }
    const details = (await world.type(`ls-auth trace get ${path} --details`)).stdout
    expect(details).toMatch(/\n {2}model +(claude|gpt)-\d\n/)
    expect(details).toMatch(/\n {2}tokens +[\d,]+ in, [\d,]+ out\n/)
    expect(details).toMatch(/\n {2}tool +tool_\d\n/)
  })
})
