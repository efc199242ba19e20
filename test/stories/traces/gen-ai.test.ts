import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CANARY, type GenAiTrace, genAiTrace } from '../../world/trace/gen-ai.ts'
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
