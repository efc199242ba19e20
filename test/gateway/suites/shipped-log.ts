import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, it, vi } from 'vitest'
import type { AccessLine } from '../apache.ts'
import { gatewayFixture, TRACE } from './fixture.ts'

/** The log as the guide sends it away, but to a receiver of ours. */
export async function shippedLogSuite(): Promise<void> {
  const guide = readFileSync('docs/gateway/policy.md', 'utf8')
  const [, shipped] = /`Define GW_ACCESS_LOG "(\|[^"]+)"`/.exec(guide) ?? []
  const receiver: Socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  afterAll(() => receiver.close())
  const world = gatewayFixture({ GW_ACCESS_LOG: `${shipped} --udp -n 127.0.0.1 -P ${port}` })

  const messages: string[] = []
  receiver.on('message', (message) => messages.push(message.toString()))

  it('sends the longest line away whole', async () => {
    // Each of these is three characters in the log.
    const query = `span-id=8a3c&${'"'.repeat(16_000)}`
    await world.send(`${TRACE}?${query}`, { token: await world.issuer.mint() })
    const message = await vi.waitUntil(() => messages.find((text) => text.includes('span-id')), 600_000)
    const line = JSON.parse(message.slice(message.indexOf('{'))) as AccessLine
    expect(decodeURIComponent(line.query) === query).toBe(true)
    expect(line).toMatchObject({ status: 200, sub: 'ada@example.com', remote: '127.0.0.1' })
  })
}

/** A log that cannot be written: what the guide tells the operator to watch for. */
export function fullLogSuite(): void {
  const world = gatewayFixture({ GW_ACCESS_LOG: '/dev/full' })

  it('goes on, and says it in the error log', async () => {
    expect((await world.send(TRACE, { token: await world.issuer.mint() })).status).toBe(200)
    expect((await world.send('/healthz')).status).toBe(200)
    await vi.waitFor(
      async () => expect(await world.gateway.errorLog()).toMatch(/AH00646: Error writing to/),
      600_000,
    )
  })
}
