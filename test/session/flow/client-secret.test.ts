import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { clientSecret } from '../../../src/session/flow/client-secret.ts'
import { toldBy } from '../../told.ts'

/** Where a confidential client's secret comes from at a sign-in. */

const NOW = 1_800_000_000_000
const STORED = { value: 'stored', since: 1 }
const PATH = '/secret'

async function secret(
  of: { clientAuth?: string; isPublic?: boolean; publicSecret?: string; clientSecretFile?: string },
  { stored, typed, file = 'in the file\n' }: { stored?: typeof STORED; typed?: string; file?: string } = {},
) {
  const { clientAuth = 'client_secret_basic', isPublic = false, ...more } = of
  const prompts: string[] = []
  const ports = {
    env: { uid: 1 },
    clock: { now: () => NOW },
    files: async () => ({
      inspect: async () => ({ kind: 'file', mode: 0o600, uid: 1, size: 1 }),
      readForeign: async (path: string) => Buffer.from(path === PATH ? file : ''),
    }),
    terminal: {
      async readSecret(prompt: string) {
        prompts.push(prompt)
        return typed
      },
    },
  } as unknown as Ports
  const result = await clientSecret(
    { preset: { clientAuth, publicSecret: isPublic }, ...more } as unknown as Client,
    stored,
    ports,
  )
  return { result, prompts }
}

describe('the secret of a client', () => {
  it.each([{ clientAuth: 'none' }, { publicSecret: 'in the program' }])(
    'is none of this sign-in: %j',
    async (of) => {
      const all = { clientSecretFile: PATH, ...of }
      expect(await secret(all, { stored: STORED, typed: 'typed' })).toEqual({
        result: undefined,
        prompts: [],
      })
    },
  )

  it('comes from the file that is named, and is as old as it was when it is the same', async () => {
    const of = { clientSecretFile: PATH }
    expect(await secret(of, { stored: STORED, typed: 'typed' })).toEqual({
      result: { value: 'in the file', since: NOW },
      prompts: [],
    })
    expect((await secret(of)).result).toEqual({ value: 'in the file', since: NOW })
    expect((await secret(of, { stored: STORED, file: ' stored\n' })).result).toBe(STORED)
    expect((await toldBy(() => secret(of, { stored: STORED, file: '' })))[0]).toBe(
      'settings: the client secret file /secret cannot be read or is empty',
    )
  })

  it('else from the last sign-in', async () => {
    expect(await secret({}, { stored: STORED, typed: 'typed' })).toEqual({ result: STORED, prompts: [] })
  })

  it('else from whoever types it', async () => {
    expect(await secret({}, { typed: ' typed\t' })).toEqual({
      result: { value: 'typed', since: NOW },
      prompts: ["Client secret (from the provider's app settings): "],
    })
  })

  it.each([{}, { typed: '' }, { typed: '  ' }])('nobody types it: %j', async (how) => {
    expect(await toldBy(() => secret({}, how))).toEqual([
      'settings: this client has a secret, and nobody is there to type it',
      'Put it into a file of mode 0600 and name that in LS_AUTH_CLIENT_SECRET_FILE.',
    ])
  })

  it('nobody types one that is public by design: the settings may hold it', async () => {
    const [, hint] = await toldBy(() => secret({ isPublic: true }))
    expect(hint).toBe(
      'That of a Desktop client is public by design: write it into the profile in config.toml, client_secret = "…". Any other: put it into a file of mode 0600 and name that in LS_AUTH_CLIENT_SECRET_FILE.',
    )
  })
})
