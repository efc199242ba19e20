import { expect, it } from 'vitest'
import { readTraceFile } from '../../src/backends/read-trace-file.ts'
import { Failure } from '../../src/errors.ts'

const failureOf = async (text: string): Promise<Failure> => {
  try {
    await readTraceFile(Buffer.from(text), 'a.json')
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was read as a trace')
}

/** OTLP in JSON leaves out what is empty, so an empty document of it is `{}`. */
it.each(['{}', ' {\n}\n', '[]', '{"resourceSpans":[]}', '{"trace":{}}'])(
  'an empty document is one that holds no spans: %s',
  async (text) => {
    expect(await failureOf(text)).toMatchObject({
      code: 'not-found',
      exit: 7,
      message: 'a.json holds no spans',
    })
  },
)

it.each(['[{}]', '{"a":{}}', '{}x'])('what is no trace is wrong usage: %s', async (text) => {
  expect(await failureOf(text)).toMatchObject({ code: 'usage', exit: 2 })
})

it('a saved answer of Tempo that left out everything is told in its words, safe for a terminal', async () => {
  const message = 'trace exceeds max size (max bytes: 5)'
  const saved = (said: unknown) => failureOf(JSON.stringify({ trace: {}, status: 'PARTIAL', message: said }))
  expect(await saved(message)).toMatchObject({
    code: 'not-found',
    message: 'a.json holds no spans: the trace is incomplete',
    hint: expect.stringContaining('max_bytes_per_trace'),
    detail: [message],
  })
  expect((await saved(undefined)).detail).toEqual(['the answer is partial'])
  expect((await saved(`\u001b[2J${'x'.repeat(9000)}`)).detail[0]).toMatch(/^[^\u001b]{100,400}$/)
})

it('a file that is cut off before its first span is told so', async () => {
  expect(await failureOf('{"resourceSpans":[]}\n{"resourceSp')).toMatchObject({
    message: 'a.json holds no spans: the trace is incomplete',
    detail: ['line 2, the last, is cut off'],
  })
})
