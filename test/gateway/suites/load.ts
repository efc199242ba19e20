import { Agent } from 'node:http'
import { expect, it } from 'vitest'
import { gatewayFixture, TRACE } from './fixture.ts'

const REQUESTS = 1000
const PARALLEL = 50

/** Many people at once, and the first of them all at a cold start. */
export function loadSuite(): void {
  const world = gatewayFixture()

  it('answers 1,000 requests, 50 in parallel, and logs each of them', async () => {
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.issuer.mint({ sub: `person-${n}` })),
    )
    const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL })
    const statuses = new Map<number, number>()
    let next = 0
    const worker = async () => {
      while (next < REQUESTS) {
        const n = next
        next += 1
        const token = people[n % people.length] ?? ''
        const { status } = await world.send(`${TRACE}?n=${n}.`, { token, agent })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, worker))
    agent.destroy()
    expect([...statuses]).toEqual([[200, REQUESTS]])
    for (const n of [0, 499, REQUESTS - 1]) {
      expect(await world.gateway.line(`n=${n}.`)).toMatchObject({ status: 200, sub: `person-${n % 20}` })
    }
    await expect.poll(async () => (await world.gateway.accessLog()).split('n=').length - 1).toBe(REQUESTS)
  })
}
