import { expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { toolsFor } from '../../src/mcp/offer.ts'

const offer = (backend: 'lightstep' | 'tempo' | 'jaeger', paid = false) => ({ backend, paid })
const wordsOf = async (name: string, of: ReturnType<typeof offer>) =>
  (await toolsFor(of, COMMANDS)).find((tool) => tool.name === name)?.description ?? ''

it('a tool says what its back end cannot do', async () => {
  expect(await wordsOf('get_attributes', offer('jaeger'))).toContain(
    'Not here: Jaeger cannot, as its API only lists',
  )
  expect(await wordsOf('get_attributes', offer('tempo'))).not.toContain('Not here')
  for (const name of ['search_traces', 'explain_traces'])
    expect(await wordsOf(name, offer('lightstep'))).toMatch(/without a snapshot\. A person allows snapshots/)
  expect(await wordsOf('get_trace', offer('lightstep'))).toContain('by span id (16 hex digits)')
})

it('a tool says what a call costs where that is allowed, and does not call itself idempotent', async () => {
  const tools = await toolsFor(offer('lightstep', true), COMMANDS)
  const spending = tools.filter(({ spends }) => spends)
  expect(spending.map(({ name }) => name)).toEqual([
    'get_trace',
    'search_traces',
    'diff_traces',
    'explain_traces',
    'breakdown_traces',
    'get_span_details',
    'get_critical_path',
  ])
  for (const { description } of spending)
    expect(description).toContain('2 to 7 of the 60 snapshot requests an hour of the whole organization')
  for (const other of [offer('lightstep'), offer('tempo', true)])
    expect((await toolsFor(other, COMMANDS)).filter(({ spends }) => spends)).toEqual([])
})
