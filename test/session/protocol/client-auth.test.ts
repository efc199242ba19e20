import { describe, expect, it } from 'vitest'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { authentication } from '../../../src/session/protocol/client-auth.ts'
import type { ProviderOptions } from '../../../src/session/protocol/exchange.ts'
import { toldBy } from '../../told.ts'

/** What a request to the token endpoint carries. */
function sent(clientAuth: Preset['clientAuth'], secret: string | undefined, id = 'cli') {
  const [body, headers] = [new URLSearchParams(), new Headers()]
  const options = { preset: { ...PRESETS.generic, clientAuth }, secret } as unknown as ProviderOptions
  authentication(options)({} as never, { client_id: id } as never, body, headers)
  const basic = headers.get('authorization')
  return {
    body: Object.fromEntries(body),
    ...(basic !== null && {
      scheme: basic.slice(0, 6),
      basic: Buffer.from(basic.slice(6), 'base64').toString(),
    }),
  }
}

describe('how a client proves who it is', () => {
  it('a public one by its id alone, even where a secret is known', () => {
    expect(sent('none', undefined)).toEqual({ body: { client_id: 'cli' } })
    expect(sent('none', 's')).toEqual({ body: { client_id: 'cli' } })
  })

  it('by its secret in the form', () => {
    expect(sent('client_secret_post', 's e')).toEqual({ body: { client_id: 'cli', client_secret: 's e' } })
  })

  it.each([
    ['a-b_c.d~e', 's', 'a-b_c.d~e:s'],
    ['a b:c', 'd e', 'a+b%3Ac:d+e'],
    ["it's", "!'()*", 'it%27s:%21%27%28%29%2A'],
    ['ü', '100%20', '%C3%BC:100%2520'],
  ])('by HTTP Basic, which servers that do not decode understand, too: %j, %j', (id, secret, basic) => {
    expect(sent('client_secret_basic', secret, id)).toEqual({ body: {}, scheme: 'Basic ', basic })
  })

  it.each(['client_secret_post', 'client_secret_basic'] as const)(
    'not without its secret: %s',
    async (way) => {
      expect(await toldBy(() => sent(way, undefined))).toEqual([
        'settings: this client has a secret, and it is not known here',
        'Sign in again to give it: ls-auth login (LS_AUTH_CLIENT_SECRET_FILE names a file with it)',
      ])
    },
  )
})
