import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byBeginning, lastBegun } from '../../../src/trace/formats/zipkin/last-begun.ts'
import { Resembling } from '../../../src/trace/formats/zipkin/resembling.ts'
import { hostOf, resembles } from '../../../src/trace/formats/zipkin/zipkin-host.ts'

const start = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined })

test('the last that had begun is the one that going through all finds', () => {
  const many = fc.array(fc.record({ start }), { maxLength: 40 }).map((all) => all.sort(byBeginning))
  fc.assert(
    fc.property(many, start, (all, at) => {
      const begun = all.findLast((one) => one.start !== undefined && at !== undefined && one.start <= at)
      expect(lastBegun(all, at)).toBe(begun ?? all[0])
    }),
  )
})

test('the hosts that resemble one are those that going through all finds, in the same order', () => {
  const endpoint = fc.record(
    {
      serviceName: fc.constantFrom('a', 'b'),
      ipv4: fc.constantFrom('10.0.0.1', '10.0.0.2'),
      ipv6: fc.constantFrom('::1', '::2'),
      port: fc.constantFrom(0, 80, 81),
    },
    { requiredKeys: [] },
  )
  const host = endpoint.map((localEndpoint) => hostOf({ localEndpoint }))
  fc.assert(
    fc.property(fc.array(host, { maxLength: 30 }), host, (hosts, mine) => {
      const all = hosts.map((host, at) => ({ host, at }))
      const lists = new Resembling(all).of(mine)
      for (const list of lists) expect(list).toEqual(list.toSorted((a, b) => a.at - b.at))
      const found = lists.flat().sort((a, b) => a.at - b.at)
      expect(found).toEqual(all.filter((one) => resembles(mine, one.host)))
    }),
  )
})
