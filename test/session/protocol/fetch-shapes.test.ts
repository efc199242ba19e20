import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Headers as OurHeaders, Response as OurResponse } from '../../../src/session/protocol/fetch-shapes.ts'

/** What one or the other kind of headers says after the same treatment; an error is an answer as well. */
function treat(Kind: typeof Headers | typeof OurHeaders, steps: readonly Step[]): unknown {
  const said: unknown[] = []
  const headers = new (Kind as typeof Headers)({ accept: 'application/json' })
  for (const [verb, name, value] of steps) {
    try {
      said.push((headers[verb] as (...all: string[]) => unknown)(name, value) ?? null)
    } catch (error) {
      said.push((error as Error).name)
    }
  }
  return [said, [...headers.entries()], [...headers]]
}

type Step = readonly ['set' | 'append' | 'get' | 'has' | 'delete', string, string]
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom('set' as const, 'append' as const, 'get' as const, 'has' as const),
    fc.constantFrom('accept', 'Accept', 'X-One', 'x-one', 'b', 'www-authenticate'),
    fc.oneof(fc.string(), fc.constantFrom('a\r\nb: c', ' padded\t', '', 'é', '\n', '☃')),
  ),
)

describe('the shapes given to openid-client behave as Node’s own', () => {
  it('header fields, whatever is done to them', () => {
    fc.assert(
      fc.property(steps, (all) => {
        expect(treat(OurHeaders, all)).toEqual(treat(Headers, all))
      }),
      { numRuns: 2_000 },
    )
  })

  it('names that are none', () => {
    for (const name of ['', 'a b', 'a:b', 'ä', 'a\n'])
      expect(treat(OurHeaders, [['set', name, 'x']])).toEqual(treat(Headers, [['set', name, 'x']]))
  })

  it('fields from a list, and none', () => {
    const list: [string, string][] = [
      ['B', '1'],
      ['a', '2'],
      ['b', '3'],
    ]
    expect([...new OurHeaders(list)]).toEqual([...new Headers(list)])
    expect([...new OurHeaders()]).toEqual([])
    expect([...new OurHeaders(new OurHeaders(list))]).toEqual([...new Headers(list)])
  })

  it.each([[new TextEncoder().encode('\ufeff{"a":1}')], ['{"a":1}'], [new Uint8Array([0xff, 0x41])], ['no']])(
    'an answer of %j',
    async (body) => {
      const init = { status: 401, headers: { 'content-type': 'application/json' } }
      const [ours, theirs] = [new OurResponse(body, init), new Response(body, init)]
      const copy = ours.clone()
      const read = (one: { text(): Promise<string> }) => one.text()
      const parse = (one: { json(): Promise<unknown> }) => one.json().catch((error: Error) => error.name)
      expect(await parse(copy)).toEqual(await parse(theirs.clone()))
      expect([ours.status, ours.ok, ours.bodyUsed]).toEqual([theirs.status, theirs.ok, theirs.bodyUsed])
      expect(ours.headers.get('Content-Type')).toBe(theirs.headers.get('Content-Type'))
      expect(await read(ours)).toBe(await read(theirs))
      expect([ours.bodyUsed, copy.bodyUsed]).toEqual([true, true])
      await expect(ours.text()).rejects.toThrow(TypeError)
      expect(Object.prototype.toString.call(ours)).toBe(Object.prototype.toString.call(theirs))
    },
  )
})
