import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

const SECRETS = /s3cr3t|joe@/

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const saved = async (name: string, document: unknown) => {
  const path = join(world.home, name)
  await writeFile(path, JSON.stringify(document))
  return path
}

const span = {
  traceID: 'abc',
  spanID: '1',
  operationName: 'get',
  references: [],
  startTime: 1_790_000_000_000_000,
  duration: 1000,
  tags: [],
  logs: [],
  processID: 'p1',
  warnings: ['bad tag password=s3cr3tA user joe@example.com'],
}
const warned = (...warnings: string[]) => ({
  data: [{ traceID: 'abc', spans: [span], processes: { p1: { serviceName: 'shop', tags: [] } }, warnings }],
})

const part = {
  trace: {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: '1'.repeat(32),
                spanId: '1'.repeat(16),
                name: 'get',
                startTimeUnixNano: '1790000000000000000',
                endTimeUnixNano: '1790000000001000000',
              },
            ],
          },
        ],
      },
    ],
  },
  status: 'PARTIAL',
  message: 'cut at token=s3cr3tB for joe@example.com',
}

describe('a picture for others', () => {
  const NOTE = 'note: masked values that look like secrets or personal data; --show-sensitive shows them\n'
  const named = (operationName: string, tags: object[] = []) => ({
    data: [{ traceID: 'abc', spans: [{ ...span, warnings: null, operationName, tags }], processes: {} }],
  })

  it.each(['md', 'svg'])('-o %s says that something in it was masked', async (format) => {
    const path = await saved('named.json', named('GET /?token=s3cr3tD12345'))
    const { stdout, stderr } = await world.type(`ls-auth trace get ${path} -o ${format}`)
    expect(stdout).toContain('[masked]')
    expect(stdout).not.toMatch(SECRETS)
    expect(stderr).toBe(NOTE)
    const plain = await world.type(`ls-auth trace get ${path} -o ${format} --show-sensitive`)
    expect(plain).toMatchObject({ stdout: expect.stringMatching(SECRETS), stderr: '' })
  })

  const FOR_AGENTS = 'note: masked values that look like secrets or personal data\n'
  const asked = 'GET /?token=s3cr3tD12345'

  it.each(['CLAUDECODE', 'GEMINI_CLI'])(
    'an agent (%s) is told that it is so, not how to change it',
    async (mark) => {
      world.variables[mark] = '1'
      const path = await saved('named.json', named(asked))
      expect((await world.type(`ls-auth trace get ${path} -o md`)).stderr).toBe(FOR_AGENTS)
    },
  )
})

describe('what a back end says about a trace', () => {
  it.each(['', '--details', '-o html', '-o svg', '-o agent', '-o jaeger', '-o json'])(
    'has its secrets masked where a warning is shown (%s)',
    async (flags) => {
      const path = await saved('jaeger.json', warned('of the trace: password=s3cr3tC joe@example.com'))
      const masked = await world.type(`ls-auth trace get ${path} ${flags}`)
      expect(masked.exit).toBe(0)
      expect(masked.stdout + masked.stderr).not.toMatch(SECRETS)
      const plain = await world.type(`ls-auth trace get ${path} ${flags} --show-sensitive`)
      expect(plain.stdout).toMatch(SECRETS)
    },
  )

  it.each(['', '--details', '-o html', '-o json', '-o otlp', '-o perfetto', '-o csv'])(
    'has its secrets masked where it says why it gives only a part (%s)',
    async (flags) => {
      const path = await saved('tempo.json', part)
      const masked = await world.type(`ls-auth trace get ${path} ${flags}`)
      expect(masked.exit).toBe(0)
      expect(masked.stdout + masked.stderr).toContain('cut at token=[masked] for [masked]')
      expect(masked.stdout + masked.stderr).not.toMatch(SECRETS)
      const plain = await world.type(`ls-auth trace get ${path} ${flags} --show-sensitive`)
      expect(plain.stdout + plain.stderr).toContain(part.message)
    },
  )
})
