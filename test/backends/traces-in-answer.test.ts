import { expect, test } from 'vitest'
import { readTraceFile } from '../../src/backends/read-trace-file.ts'
import { tracesInAnswer } from '../../src/backends/traces-in-answer.ts'
import { Failure } from '../../src/errors.ts'

const failureOf = async (work: () => unknown): Promise<Failure> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('nothing failed')
}

/** One span with a value nested deeper than anything a tracer writes: found out when it is looked at. */
function nested(): Buffer {
  let value: unknown = { stringValue: 'x' }
  for (let depth = 0; depth < 200; depth++) value = { arrayValue: { values: [value] } }
  const span = {
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    name: 'x',
    attributes: [{ key: 'deep', value }],
  }
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
}

const BASE_URL = /base URL of Somebody/
const ASK = /^Try again\. If it keeps failing, ask whoever runs Somebody or a gateway before it\.$/

test.each<[string, () => Buffer, string, RegExp, RegExp]>([
  ['an empty answer', () => Buffer.alloc(0), 'it is empty', BASE_URL, /^ls-auth reads OTLP/],
  [
    'a text',
    () => Buffer.from('hello'),
    'it is neither JSON nor OTLP protobuf',
    BASE_URL,
    /^ls-auth reads OTLP/,
  ],
  [
    'JSON that is cut off',
    () => Buffer.from('{"resourceSpans":[{'),
    'the JSON is broken or cut off',
    ASK,
    /^Download or export it again\.$/,
  ],
  [
    'a part that is read late',
    nested,
    'it holds an attribute nested too deep',
    BASE_URL,
    /^Check the program that wrote it/,
  ],
])(
  '%s: whose fault it is stands around the reason, for a back end and for a file',
  async (_, make, why, ask, mend) => {
    const look = (traces: readonly { spans: readonly { attributes: unknown }[] }[]) =>
      traces[0]?.spans[0]?.attributes
    const answered = await failureOf(() =>
      look(tracesInAnswer({ body: make(), maxBytes: 2 ** 20 }, 'Somebody')),
    )
    expect(answered).toMatchObject({
      code: 'api-failed',
      message: `Somebody did not answer with a trace: ${why}`,
    })
    expect(answered.hint).toMatch(ask)
    const read = await failureOf(async () => look(await readTraceFile(make(), 't.json')))
    expect(read.code).toBe('usage')
    expect(read.message).toMatch(/^cannot read t\.json: /)
    expect(read.message.endsWith(why)).toBe(true)
    expect(read.hint).toMatch(mend)
  },
)
