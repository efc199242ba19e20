import { describe, expect, it } from 'vitest'
import type { Destination } from '../../src/api/destination.ts'
import { type ApiRequest, isStepUp, openApi, sendOnce, target } from '../../src/api/request.ts'
import { Failure } from '../../src/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../src/ports/http.ts'

/** In which order one request goes through pace, record, known gateways and another token. */

const BASE = new URL('https://gw.acme.example')
const answer = (status: number, body = '{}', headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.from(body),
})
function opened(answers: readonly HttpAnswer[], over: Partial<Destination>, renew?: () => Promise<string>) {
  const asked: HttpRequest[] = []
  const destination = {
    ...{ base: BASE, authorization: 'bearer', ...over },
    http: { send: async (request: HttpRequest) => answers[asked.push(request) - 1] },
  } as unknown as Destination
  const source = { token: async () => 't', renew: renew ?? (async () => undefined) }
  return { asked, destination, send: openApi(destination, source) }
}

it.each<[Partial<ApiRequest>, boolean]>([
  [{}, true],
  [{ method: 'GET' }, true],
  [{ method: 'POST', body: Buffer.from('{}') }, false],
])('%j goes at the pace of the API, which knows whether it is a read: %s', async (request, isRead) => {
  const reads: boolean[] = []
  const pacing = async (once: () => Promise<HttpAnswer>, read: boolean) => {
    reads.push(read)
    return once()
  }
  await opened([answer(200)], { pacing } as Partial<Destination>).send({ path: '/x', ...request })
  expect(reads).toEqual([isRead])
})

it('the pace knows which limit a request counts against', async () => {
  const limits: unknown[] = []
  const pacing = async (once: () => Promise<HttpAnswer>, _read: boolean, limit: unknown) => {
    limits.push(limit)
    return once()
  }
  const { send } = opened([answer(200), answer(200)], { pacing } as Partial<Destination>)
  await send({ path: '/x', limit: { name: 'a small one' } })
  await send({ path: '/x' })
  expect(limits).toEqual([{ name: 'a small one' }, undefined])
})

describe('the record', () => {
  const witnessing = (answers: readonly HttpAnswer[]) => {
    const record: unknown[] = []
    const witness = (what: unknown) => {
      record.push(what)
      return { headers: { 'x-seen': '1' }, ended: async (...how: unknown[]) => void record.push(how) }
    }
    return { record, ...opened(answers, { witness } as unknown as Partial<Destination>) }
  }
  const reads = () => 7

  it('has what is asked, and what a good answer brings', async () => {
    const { record, asked, send } = witnessing([answer(200)])
    await send({ path: '/x', reads } as unknown as ApiRequest)
    expect(record).toEqual([{ method: 'GET', path: '/x', token: 't' }, [200, 7]])
    expect(asked[0]?.headers).toMatchObject({ 'x-seen': '1' })
  })

  it('has nothing of another answer, and nothing where nobody looks', async () => {
    const { record, send } = witnessing([answer(204), answer(200)])
    await send({ path: '/x', reads } as unknown as ApiRequest)
    await send({ path: '/x' })
    expect([record[1], record[3]]).toEqual([
      [204, undefined],
      [200, undefined],
    ])
  })
})

describe('a gateway that is known', () => {
  const refused = new Failure('not-allowed', 'as the gateway means it')
  const recognise = async () => ({ isAboutToken: true, failure: refused })

  it('is told what it was asked, with which token, and of good answers nothing', async () => {
    const asked: unknown[] = []
    const over = { recognise: async (_: HttpAnswer, what: unknown) => void asked.push(what) }
    await opened([answer(200)], over as unknown as Partial<Destination>).send({ path: '/x' })
    expect(asked).toEqual([])
    const { send } = opened([answer(500)], over as unknown as Partial<Destination>)
    await expect(send({ path: '/x' })).rejects.toBeInstanceOf(Failure)
    expect(asked).toEqual([{ path: '/x', token: 't' }])
  })

  it('is believed where no other token is to be had; a bug stays one', async () => {
    const over = { recognise } as unknown as Partial<Destination>
    for (const [error, told] of [
      [new Failure('session-ended', 'no more'), refused],
      [new TypeError('bug'), undefined],
    ] as const) {
      const { send } = opened([answer(400)], over, () => Promise.reject(error))
      await expect(send({ path: '/x' })).rejects.toBe(told ?? error)
    }
  })

  it('of one that is not known, why there is no other token is told', async () => {
    const ended = new Failure('session-ended', 'no more')
    const { send } = opened([answer(401)], {}, () => Promise.reject(ended))
    await expect(send({ path: '/x' })).rejects.toBe(ended)
  })
})

it('sent once: whatever comes is given, without the token', async () => {
  const { asked, destination } = opened([answer(401, 'no secret-token, no eyJhbGciOiJub25lIn0.e30')], {})
  const { status, body } = await sendOnce(destination, { path: '/x' }, 'secret-token')
  expect([status, String(body), asked.length]).toEqual([401, 'no [token], no [token]', 1])
})

it('a query stands as it is written', () => {
  expect(target(BASE, { path: '/x', query: 'a=1&b=%20' }).href).toBe('https://gw.acme.example/x?a=1&b=%20')
})

it.each<[string | undefined, boolean]>([
  ['Bearer error=insufficient_user_authentication', true],
  ['Bearer error = "insufficient_claims"', true],
  ['Bearer error="insufficient_scope"', false],
  [undefined, false],
])('%s wants another sign-in: %s', (challenge, isWanted) => {
  expect(isStepUp(challenge)).toBe(isWanted)
})
