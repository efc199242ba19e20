import { describe, expect, it } from 'vitest'
import { readProof } from '../../../src/session/workload/proof.ts'
import { toldBy } from '../../told.ts'
import { client, machine, NOW, proofText, source } from './machine.ts'

/** The proof of what a program is, out of a variable or a file. */

const read = (text: string, parts: Parameters<typeof machine>[0]) =>
  readProof(client(), source(text), 'aud', machine(parts).ports)
const inVariable = (PROOF: string) => read('env:PROOF', { variables: { PROOF } })
const inFile = (content: string | Error, path = '/proof') =>
  read(`file:${path}`, { files: { [path]: content } })
const EXPIRY = NOW / 1000

describe('a proof in a variable', () => {
  it('is read without the white space around it, with what it says', async () => {
    const proof = proofText({ aud: 'api' })
    expect(await inVariable(`\n ${proof} \n`)).toEqual({
      value: proof,
      claims: { iss: 'https://idp.example', sub: 'job', aud: 'api', exp: NOW / 1000 + 300 },
      skewSeconds: 0,
    })
  })

  it.each(['', ' \n'])('that is not there or blank: told with what to do (%j)', async (PROOF) => {
    expect(await toldBy(() => inVariable(PROOF))).toEqual([
      'no-proof: the variable PROOF is not set',
      'Set it.',
    ])
    expect(await toldBy(() => read('gitlab', {}))).toEqual([
      'no-proof: the variable LS_AUTH_ID_TOKEN is not set',
      'Declare it in the job, with its audience: id_tokens: LS_AUTH_ID_TOKEN: aud: …',
    ])
  })

  it.each(['opaque', 'a-b._~+/c==', 'e30.e30.e30.e30.e30'])('may be no JWT: %s', async (text) => {
    expect(await inVariable(text)).toEqual({ value: text, claims: undefined, skewSeconds: 0 })
  })

  it.each(['not a token', 'two\ntokens', '=a', 'a=b', '{"value":"a"}', '"a"', 'ä'])(
    'must be one token: %j',
    async (text) => {
      expect(await toldBy(() => inVariable(text))).toEqual([
        'no-proof: env:PROOF holds no token',
        'It must be one JWT, without anything beside it.',
      ])
    },
  )
})

describe('a proof that has expired', () => {
  it('is told with its time, and what makes a new one', async () => {
    expect(await toldBy(() => inVariable(proofText({ exp: EXPIRY - 61 })))).toEqual([
      'no-proof: the token from env:PROOF expired at 2027-01-15T07:58:59Z',
      'Let the platform make a new one: in CI run the job again, on a server look at what renews the file. Or the clock of this machine is wrong: date -u',
    ])
  })

  it.each([EXPIRY - 60, EXPIRY, EXPIRY + 1, undefined, 'yesterday', null])(
    'counts a minute longer, since clocks differ; and for ever when it does not say (%j)',
    async (exp) => {
      const proof = proofText({ exp })
      expect(await inVariable(proof)).toMatchObject({ value: proof })
    },
  )
})

describe('a proof in a file', () => {
  it('is read without the white space around it, up to 64 KiB', async () => {
    const { ports, reads } = machine({ files: { '/proof': ` ${proofText()}\n` } })
    expect(await readProof(client(), source('file:/proof'), undefined, ports)).toMatchObject({
      value: proofText(),
    })
    expect(reads).toEqual([['/proof', 65_536]])
  })

  it('that is not there is told with its path', async () => {
    expect(await toldBy(() => read('file:/nowhere/\u001b[2J', {}))).toEqual([
      'no-proof: there is no file /nowhere/\\u{1b}[2J',
      'Check the path in workload.source, and that the platform has put the token there.',
    ])
    const long = await toldBy(() => read(`file:/${'x'.repeat(300)}`, {}))
    expect(long[0]).toBe(`no-proof: there is no file /${'x'.repeat(198)}…`)
  })

  it('that cannot be read is told with the reason', async () => {
    const denied = Object.assign(new Error('denied, open /proof'), { code: 'EACCES' })
    expect(await toldBy(() => inFile(denied))).toEqual([
      'no-proof: cannot read the token in /proof (EACCES)',
      'Let the user that runs ls-auth read it.',
    ])
    expect((await toldBy(() => inFile(new Error('odd'))))[0]).toBe(
      'no-proof: cannot read the token in /proof (error)',
    )
    await expect(inFile(denied)).rejects.toMatchObject({ cause: denied })
  })

  it('that is empty holds no token', async () => {
    expect((await toldBy(() => inFile(' \n')))[0]).toBe('no-proof: file:/proof holds no token')
  })
})

it('a proof of a cloud is asked for there', async () => {
  expect((await toldBy(() => read('aws', {})))[0]).toBe('no-proof: the variable AWS_REGION names no region')
})

it('a source without a proof is not asked for one', async () => {
  expect((await toldBy(() => read('none', {})))[0]).toBe('bug: a proof from none')
})
