import { expect, it } from 'vitest'
import type { ApacheGateway } from '../apache.ts'
import type { Answer, Message } from '../send.ts'
import type { TokenIssuer } from '../token-issuer.ts'
import { gatewayFixture, TRACE } from './fixture.ts'

export const PEOPLE = 500

/** Where many people ask: the gateways whose logs tell of them, behind one address. */
interface Asked {
  readonly issuer: TokenIssuer
  readonly gateways: readonly ApacheGateway[]
  ask(path: string, message: Message): Promise<Answer>
}

/** Lets everybody ask at once, each with a token and a query of their own. Gives how many lines each log has of it. */
export async function askAtOnce({ issuer, gateways, ask }: Asked): Promise<number[]> {
  const people = Array.from({ length: PEOPLE }, (_, n) => n)
  const tokens = await Promise.all(people.map((n) => issuer.mint({ sub: `person-${n}` })))
  const answers = await Promise.all(people.map((n) => ask(`${TRACE}?n=${n}`, { token: tokens[n] ?? '' })))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(PEOPLE)
  const lines = async () => {
    const logs = await Promise.all(gateways.map((gateway) => gateway.accessLog()))
    return logs.map((log) =>
      log.split('\n').flatMap((line) => (/"query":"n=/.test(line) ? [JSON.parse(line)] : [])),
    )
  }
  await expect.poll(async () => (await lines()).flat().length).toBe(PEOPLE)
  const logs = await lines()
  const isRight = (line: { sub: string; query: string }) => line.sub === line.query.replace('n=', 'person-')
  const named = new Set(logs.flat().flatMap((line) => (isRight(line) ? [line.sub] : []))).size
  const wrong = logs.flat().filter((line) => !isRight(line)).length
  process.stdout.write(`people=${PEOPLE} named=${named} wrong=${wrong} apaches=${gateways.length}\n`)
  expect({ named, wrong }).toEqual({ named: PEOPLE, wrong: 0 })
  return logs.map((log) => log.length)
}

/** Many different people at one gateway, each on a connection of their own. */
export function peopleAtOnceSuite(): void {
  const world = gatewayFixture()

  it(`${PEOPLE} people at once: each stands in the log under their own name`, async () => {
    await askAtOnce({ issuer: world.issuer, gateways: [world.gateway], ask: world.send })
    const sent = world.upstream.arrivals.filter(({ url }) => url.includes('?n=')).map(({ url }) => url)
    expect(new Set(sent).size).toBe(PEOPLE)
  })
}
