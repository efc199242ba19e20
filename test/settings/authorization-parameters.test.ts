import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import type { Env, Files } from '../../src/ports/ports.ts'
import { readSettings } from '../../src/settings/files/settings-files.ts'
import { chooseProfile } from '../../src/settings/profile.ts'
import { OWN_PARAMETERS, validParameters } from '../../src/settings/valid-setting.ts'

const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln'

const judged = (...parameters: string[]) => {
  try {
    return validParameters(parameters, 'HERE', 'Mend it.')
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.message, ...error.detail]
    throw error
  }
}

it.each([
  ['organization', 'HERE must be a list of name=value'],
  ['', 'HERE must be a list of name=value'],
  ['=org', 'HERE must be a list of name=value'],
  ['a b=c', 'HERE must be a list of name=value'],
  ['claims[]=c', 'HERE must be a list of name=value'],
  [' organization=org', 'HERE must be a list of name=value'],
  ['ä=b', 'HERE must be a list of name=value'],
  ['hd=', 'HERE gives "hd" no value'],
  ['hd= a', 'HERE has a value with spaces around it (hd)'],
  ['hd=a ', 'HERE has a value with spaces around it (hd)'],
  ['hd=a\u00a0', 'HERE has a value with spaces around it (hd)'],
  [`hd=${JWT}`, 'HERE holds a token, which would be visible to anyone who reads it'],
  [`${JWT}=hd`, 'HERE holds a token, which would be visible to anyone who reads it'],
  ['hd=Bearer 4aV9kQ2xB7mN1pL0z', 'HERE holds a token, which would be visible to anyone who reads it'],
  ['hd=a\nb', 'HERE has a value with invisible characters (hd)'],
  ['hd=a\u202eb', 'HERE has a value with invisible characters (hd)'],
  ['State=x', 'HERE sets "State", which ls-auth sets itself'],
])('%j cannot', (parameter, says) => expect(judged(parameter)).toEqual(['settings', says]))

describe('what the protocol or ls-auth sets is no one else’s to set', () => {
  it.each([
    ...['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'response_mode', 'request'],
    ...['code_challenge', 'code_challenge_method', 'request_uri', 'dpop_jkt', 'prompt', 'max_age', 'claims'],
    ...['acr_values', 'audience', 'resource', 'login_hint', 'registration', 'id_token_hint'],
    // A pushed request is a form that holds the client's proof of itself, too (RFC 9126 §2.1).
    ...['client_secret', 'client_assertion', 'client_assertion_type'],
  ])('%s', (name) => {
    expect(OWN_PARAMETERS.has(name)).toBe(true)
    expect(judged(`${name}=x`)).toEqual(['settings', `HERE sets "${name}", which ls-auth sets itself`])
  })
})

it.each([
  ['Access_Type=online', { prompt: 'consent', Access_Type: 'online' }],
  ['hd=acme.example', { access_type: 'offline', prompt: 'consent', hd: 'acme.example' }],
])('%s beside those of the preset: none is sent twice', async (parameter, sent) => {
  const toml = `[profiles.work]\nprovider = "google"\nauthorization_parameters = ["${parameter}"]\n`
  const env = {
    variables: {},
    platform: 'linux',
    homeDirectory: '/home/alice',
    systemConfigFile: '/etc/ls-auth/config.toml',
  } as unknown as Env
  const files = {
    readForeign: async (path: string) => (path === env.systemConfigFile ? Buffer.from(toml) : undefined),
  } as unknown as Files
  const { client } = chooseProfile(await readSettings(env, files), { values: {} }, env)
  expect(client.preset.authorizationParameters).toEqual(sent)
})
