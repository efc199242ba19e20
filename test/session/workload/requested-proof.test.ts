import { describe, expect, it } from 'vitest'
import { readProof } from '../../../src/session/workload/proof.ts'
import { toldBy } from '../../told.ts'
import { client, machine, NOW, proofText, type Said, source } from './machine.ts'

/** The proof that a CI runner gives to who asks for it. */

const RUNNER = 'https://runner.example/token'
const PERMISSION = 'Give the job the permission: permissions: id-token: write'

function runner(said: Said, over: Record<string, string> = {}) {
  const variables = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${RUNNER}?job=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'passw0rd',
    ...over,
  }
  const address = variables.ACTIONS_ID_TOKEN_REQUEST_URL.split('?')[0] as string
  const { ports, asked } = machine({ variables, answers: { [address]: [said] } })
  const read = (audience: string | undefined = 'https://api.example/a b') =>
    readProof(client(), source('github'), audience, ports)
  return { read, asked, ports }
}
const good = { json: { value: proofText() } }

describe('the proof of a CI runner', () => {
  it("is asked for with the job's password and the audience, and nothing else", async () => {
    const { read, asked } = runner(good)
    expect(await read()).toMatchObject({ value: proofText(), skewSeconds: 0 })
    expect(asked).toEqual([
      {
        method: 'GET',
        url: new URL(`${RUNNER}?job=1&audience=https%3A%2F%2Fapi.example%2Fa+b`),
        headers: { accept: 'application/json; api-version=2.0', authorization: 'Bearer passw0rd' },
        maxBytes: 65_536,
        form: {},
      },
    ])
  })

  it("is asked for without the line break behind the job's password", async () => {
    const { read, asked } = runner(good, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: ' passw0rd\r\n' })
    await read()
    expect(asked[0]?.headers?.authorization).toBe('Bearer passw0rd')
  })

  it.each(['two words', 'two\nlines', 'p\u00e4ssword', 'pass\u0000word'])(
    'is not asked for by what cannot be sent: %j',
    async (ACTIONS_ID_TOKEN_REQUEST_TOKEN) => {
      const { read, asked } = runner(good, { ACTIONS_ID_TOKEN_REQUEST_TOKEN })
      expect(await toldBy(read)).toEqual([
        'no-proof: the variable ACTIONS_ID_TOKEN_REQUEST_TOKEN holds no token',
        'The CI runner sets it. Find out who changed it.',
      ])
      expect(asked).toEqual([])
    },
  )

  it('is for the audience of the runner where none is named', async () => {
    const { ports, asked } = runner(good)
    await readProof(client(), source('github'), undefined, ports)
    expect(asked[0]?.url.href).toBe(`${RUNNER}?job=1`)
  })

  it.each(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])(
    'needs the permission of the job: %s is missing',
    async (name) => {
      const { read, asked } = runner(good, { [name]: '' })
      expect(await toldBy(read)).toEqual([`no-proof: the variable ${name} is not set`, PERMISSION])
      expect(asked).toEqual([])
    },
  )

  it.each([
    'http://runner.example/token',
    'ftp://runner.example/token',
    'runner',
    'http://localhost.example/',
  ])("the job's password is not sent to %s", async (ACTIONS_ID_TOKEN_REQUEST_URL) => {
    const { read, asked } = runner(good, { ACTIONS_ID_TOKEN_REQUEST_URL })
    expect(await toldBy(read)).toEqual([
      'refused: ACTIONS_ID_TOKEN_REQUEST_URL is not an https URL',
      'The CI runner sets it. Find out who changed it.',
    ])
    expect(asked).toEqual([])
  })

  it('may come from this machine by plain http', async () => {
    const { read } = runner(good, { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:4000/token' })
    expect(await read()).toMatchObject({ value: proofText() })
  })

  it.each<[Said, string]>([
    [{ status: 403, json: {} }, PERMISSION],
    [{ status: 499, json: good.json }, PERMISSION],
    [{ status: 201, json: good.json }, PERMISSION],
    [{ status: 200, json: { value: 1 } }, PERMISSION],
    [{ status: 200, json: {} }, PERMISSION],
    [{ status: 200, text: '<p>' }, PERMISSION],
    [{ status: 429, json: {} }, 'Wait, then run the job again.'],
    [{ status: 500, json: good.json }, 'Wait, then run the job again.'],
    [{ status: 503, text: '' }, 'Wait, then run the job again.'],
  ])('is not in this answer: %j', async (said, hint) => {
    const { status } = said as { status: number }
    expect(await toldBy(runner(said).read)).toEqual([`no-proof: github gave no token (HTTP ${status})`, hint])
  })

  it("is judged by the runner's clock", async () => {
    const date = new Date(NOW + 3_600_000).toUTCString()
    const json = { value: proofText({ exp: NOW / 1000 + 3600 }) }
    expect(await runner({ json, date }).read()).toMatchObject({ skewSeconds: 3600 })
    expect((await toldBy(runner({ ...good, date }).read))[0]).toBe(
      'no-proof: the token from github expired at 2027-01-15T08:05:00Z',
    )
  })
})
