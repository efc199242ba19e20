import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { certificateIssuer } from '../../../src/system/http/tls-settings.ts'
import { toldBy } from '../../told.ts'
import { type Listening, listen } from '../../world/loopback-server.ts'
import { makeTls } from '../../world/tls.ts'

let listening: Listening
afterEach(() => listening.close())

describe('the issuer of a certificate', () => {
  it.each([
    ['localhost', ['localhost']],
    // An address is no name of a server (RFC 6066 §3).
    ['127.0.0.1', []],
  ])('at %s, with these names of the server: %j', async (host, sent) => {
    const tls = await makeTls()
    const names: string[] = []
    const SNICallback = (name: string, use: (error: null) => void) => {
      names.push(name)
      use(null)
    }
    listening = await listen(createTlsServer({ ...tls, SNICallback }))
    const issuer = await certificateIssuer(new URL(`https://${host}:${listening.port}/`), { ca: [tls.ca] })
    expect(issuer).toMatch(/^Test Authority [\da-f-]{36}$/)
    expect(names).toEqual(sent)
  })

  it('of a server that says nothing is no silence: it did not answer in time', async () => {
    listening = await listen(createServer())
    const url = new URL(`https://127.0.0.1:${listening.port}/`)
    expect((await toldBy(() => certificateIssuer(url, {}, 50)))[0]).toBe(
      `network: 127.0.0.1:${listening.port} did not answer in time`,
    )
  })
})
