import { describe, expect, test } from 'vitest'
import { searchJaeger } from '../../src/backends/jaeger/jaeger-requests.ts'
import type { ApiRequest, Send } from '../../src/backends/trace-source.ts'
import type { AttributeCondition } from '../../src/trace/attributes.ts'
import type { TraceFilter } from '../../src/trace/search.ts'

const filterOf = (attributes: AttributeCondition[], service?: string): TraceFilter => ({
  ...(service !== undefined && { service }),
  ...{ attributes, errors: false, fromMillis: 0, toMillis: 1, limit: 5 },
})

/** Jaeger with summaries, or without (up to v2.18). */
function jaeger(hasSummaries: boolean) {
  const asked: ApiRequest[] = []
  const send: Send = async (request) => {
    asked.push(request)
    const isThere = hasSummaries || !request.path.startsWith('/api/v3')
    const body = isThere ? (hasSummaries ? { summaries: [] } : { data: [] }) : '404 page not found'
    return {
      ...{ status: isThere ? 200 : 404, headers: {}, maxBytes: 0, json: () => body },
      body: new TextEncoder().encode(JSON.stringify(body)),
    }
  }
  return { asked, send }
}

const queryOf = async (filter: TraceFilter, hasSummaries = true) => {
  const { asked, send } = jaeger(hasSummaries)
  await searchJaeger(filter, send)
  // What is asked beside the search has no query.
  return asked.findLast(({ query }) => query !== undefined)?.query
}

describe('service.name is a field of the process in Jaeger, and no tag', () => {
  test.each(['service.name', 'resource.service.name', '.service.name'])('%s', async (key) => {
    const other: AttributeCondition = ['http.method', 'GET']
    const filter = filterOf([[key, 'checkout'], other])
    expect(await queryOf(filter)).toMatchObject({
      'query.service_name': 'checkout',
      'query.attributes': '{"http.method":"GET"}',
    })
    expect(await queryOf(filter, false)).toMatchObject({ service: 'checkout', tags: '{"http.method":"GET"}' })
  })

  test('alone it leaves no tags, and beside the same service it says nothing new', async () => {
    for (const filter of [
      filterOf([['service.name', 'checkout']]),
      filterOf([['service.name', 'checkout', '=']], 'checkout'),
    ]) {
      const query = await queryOf(filter)
      expect(query).toHaveProperty(['query.service_name'], 'checkout')
      expect(query).not.toHaveProperty(['query.attributes'])
    }
  })

  test('an attribute of the span of this name is another one', async () => {
    expect(await queryOf(filterOf([['span.service.name', 'checkout']]))).toMatchObject({
      'query.attributes': '{"service.name":"checkout"}',
    })
  })

  test.each<[TraceFilter]>([
    [filterOf([['service.name', 'checkout']], 'payment')],
    [filterOf([['service.name', '']])],
    [
      filterOf([
        ['service.name', 'checkout'],
        ['resource.service.name', 'payment'],
      ]),
    ],
  ])('no span is of two services, or of none: %j', async (filter) => {
    const { asked, send } = jaeger(true)
    expect(await searchJaeger(filter, send)).toMatchObject({
      traces: [],
      truncated: false,
      notes: ['service.name is the service, and every span has exactly one'],
    })
    expect(asked).toEqual([])
  })
})
