import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import type { Env } from '../../../src/ports/ports.ts'
import { readWorkload } from '../../../src/settings/tables.ts'

const env = { platform: 'linux', homeDirectory: '/home/ci', variables: {} } as unknown as Env
const read = (table: Record<string, unknown>) => readWorkload(table, 'config.toml', 'ci', env)

describe('a workload as it is written', () => {
  it.each([
    ['github', 'as-is', { kind: 'request', name: 'github' }],
    ['gitlab', 'as-is', { kind: 'variable', variable: 'LS_AUTH_ID_TOKEN' }],
    ['env:PROOF', 'as-is', { kind: 'variable', name: 'env:PROOF', variable: 'PROOF' }],
    ['file:~/token', 'as-is', { kind: 'file', name: 'file:~/token', path: '/home/ci/token' }],
  ])('source = "%s" is sent as it is', (source, grant, facts) => {
    expect(read({ source })).toMatchObject({ source: facts, grant, clientAuth: 'none' })
  })

  it('client credentials are meant where there is no proof, or where it is the client assertion', () => {
    const key = { client_auth: 'private_key_jwt', assertion_key: '~/k.pem', assertion_key_id: 'k1' }
    expect(read({ source: 'none', ...key })).toMatchObject({
      grant: 'client-credentials',
      assertionKey: '/home/ci/k.pem',
      assertionKeyId: 'k1',
    })
    expect(read({ source: 'github', client_auth: 'source_token' })?.grant).toBe('client-credentials')
  })

  it('nothing is nobody', () => expect(readWorkload(undefined, '', '', env)).toBeUndefined())
})

describe('what cannot be meant is an error that names the file', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['no source', { grant: 'as-is' }, 'workload.source is not set', 'github, gitlab'],
    [
      'another source',
      { source: 'githib' },
      'workload.source: "githib" is not known',
      'Did you mean github?',
    ],
    ['no name of a variable', { source: 'env:A B' }, 'workload.source: "env:A B"', 'env:NAME'],
    ['no path', { source: 'file:' }, 'workload.source: "file:"', 'file:PATH'],
    [
      'another grant',
      { source: 'github', grant: 'token_exchange' },
      'workload.grant',
      'Did you mean token-exchange?',
    ],
    [
      'another key',
      { source: 'github', audiense: 'x' },
      'workload.audiense is not known',
      'Did you mean audience?',
    ],
    ['no text', { source: 'github', audience: 5 }, 'workload.audience must be a string', 'Correct it'],
    ['leaves no proof', { source: 'none', grant: 'as-is' }, 'leaves no proof', 'workload.source'],
    ['no proof to assert with', { source: 'none', client_auth: 'source_token' }, 'leaves no proof', 'github'],
    [
      'a client that is none',
      { source: 'github', client_auth: 'private_key_jwt' },
      'is not used',
      'another grant',
    ],
    ['no credentials', { source: 'none' }, 'needs workload.client_auth', 'private_key_jwt'],
    [
      'a proof in vain',
      { source: 'github', grant: 'client-credentials', client_auth: 'client_secret_post' },
      'workload.source = "github" is not used',
      'source_token',
    ],
    [
      'no key',
      { source: 'none', client_auth: 'private_key_jwt' },
      'needs workload.assertion_key',
      'PEM or JWK',
    ],
    [
      'a key in vain',
      { source: 'github', assertion_key: '/k' },
      'assertion_key is only used with',
      'leave the key out',
    ],
  ])('%s', (_, table, message, hint) => {
    let failure: Failure | undefined
    try {
      read(table)
    } catch (error) {
      failure = error as Failure
    }
    expect(failure?.code).toBe('settings')
    expect(failure?.message).toContain('config.toml: ')
    expect(failure?.message).toContain(message)
    expect(failure?.hint).toContain(hint)
  })
})
