import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { writeKey } from '../apache.ts'
import { gatewayFixture, now, sentence, TRACE } from './fixture.ts'

/** Keys that change under a running server: the issuer's, and the upstream's. */
export function rotationSuite(): void {
  // More than the 8 KiB that the module keeps by default.
  const world = gatewayFixture({}, { paddingBytes: 40_000 })
  const status = async (token: string) => (await world.send(TRACE, { token })).status

  it('follows a new signing key at once and drops the old one, without a restart', async () => {
    const { pid } = world.gateway
    const old = await world.issuer.mint()
    expect(await status(old)).toBe(200)
    await world.issuer.rotate()
    expect(await status(await world.issuer.mint())).toBe(200)
    expect(await status(old)).toBe(401)
    expect(await status(await world.issuer.mint({}, 'retired'))).toBe(401)
    process.kill(pid, 0)
  })

  it('stops a token the moment it expires, though it was accepted before', async () => {
    const token = await world.issuer.mint({ exp: now() + 2 })
    expect(await status(token)).toBe(200)
    await expect.poll(() => status(token)).toBe(401)
  })

  it('uses a new API key from the next request on, and serves nothing without one', async () => {
    const token = await world.issuer.mint()
    const sent = () => world.upstream.arrivals.at(-1)?.headers.authorization
    await writeKey(world.gateway.keyFile, 'second-key')
    expect(await status(token)).toBe(200)
    expect(sent()).toBe('Bearer second-key')
    const before = world.upstream.arrivals.length
    for (const broken of ['', 'two words', 'two\nlines', undefined]) {
      if (broken === undefined) await rm(world.gateway.keyFile)
      else await writeKey(world.gateway.keyFile, broken)
      const answer = await world.send(TRACE, { token })
      expect(answer.status).toBe(503)
      expect(sentence(answer)).toContain('no API key')
    }
    expect(world.upstream.arrivals.length).toBe(before)
    await writeKey(world.gateway.keyFile, 'third-key')
    expect(await status(token)).toBe(200)
    expect(sent()).toBe('Bearer third-key')
  })
}
