import { expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { TraceFilter } from '../../../src/trace/search.ts'
import { jaegerSource } from '../../../src/trace/sources/jaeger/jaeger-source.ts'
import type { ApiAnswer, Send } from '../../../src/trace/sources/trace-source.ts'

const FILTER: TraceFilter = { attributes: [], errors: false, limit: 20, fromMillis: 0, toMillis: 1 }
const ID = '0123456789abcdef0123456789abcdef'

function answer(status: number, body: unknown): ApiAnswer {
  const text = Buffer.from(JSON.stringify(body))
  return { status, headers: {}, body: text, maxBytes: 1_000_000, json: () => body }
}

/** A Jaeger from v2.21 on: the older API is gone. `inFront`: what its search answers instead. */
function startJaeger() {
  const jaeger: { inFront: (() => ApiAnswer) | undefined } = { inFront: undefined }
  const send: Send = async ({ path }) => {
    if (path === '/api/v3/services') return answer(200, { services: ['shop'] })
    if (path !== '/api/v3/trace-summaries') return answer(404, 'page not found')
    return jaeger.inFront?.() ?? answer(200, { summaries: [{ traceId: ID }] })
  }
  return { jaeger, source: jaegerSource(new URL('http://jaeger.example'), send) }
}

const page = (): ApiAnswer => {
  throw new Failure('login-page', 'a web page')
}

it.each([
  ['a page', page, {}],
  ['a page', page, { service: 'shop' }],
  ['a proxy', () => answer(404, 'no route'), {}],
  ['a proxy', () => answer(404, 'no route'), { service: 'shop' }],
])(
  '%s instead of a search that was answered before is no older Jaeger, and no empty answer',
  async (_, inFront, flags) => {
    const { jaeger, source } = startJaeger()
    await source.search?.({ ...FILTER, ...flags })
    jaeger.inFront = inFront
    await expect(source.search?.({ ...FILTER, ...flags })).rejects.toMatchObject({ code: 'api-failed' })
    jaeger.inFront = undefined
    expect((await source.search?.({ ...FILTER, ...flags }))?.traces).toHaveLength(1)
  },
)

it('a Jaeger that has never answered such a search is asked as an older one', async () => {
  const { jaeger, source } = startJaeger()
  jaeger.inFront = page
  await expect(source.search?.(FILTER)).rejects.toMatchObject({ code: 'usage' })
})
