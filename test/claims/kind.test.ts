import { describe, expect, it } from 'vitest'
import { tokenKind } from '../../src/claims/kind.ts'

const CLIENT = 'traces-cli'

describe('tokenKind', () => {
  it.each([
    ['at+jwt header', { typ: 'at+jwt' }, { nonce: 'n' }, 'access'],
    ['application/at+jwt in capitals', { typ: 'Application/AT+JWT' }, {}, 'access'],
    ['logout token', { typ: 'logout+jwt' }, { sub: 'x' }, 'logout'],
    ['security event', { typ: 'secevent+jwt' }, {}, 'logout'],
    [
      'logout token with a plain header',
      { typ: 'JWT' },
      { events: { 'http://example/logout': {} }, nonce: 'n' },
      'logout',
    ],
    ['user pool ID token', {}, { token_use: 'id', aud: CLIENT }, 'id'],
    ['user pool access token', {}, { token_use: 'access', client_id: CLIENT }, 'access'],
    ['payload typ ID beside azp', { typ: 'JWT' }, { typ: 'ID', azp: CLIENT, aud: CLIENT }, 'id'],
    ['payload typ Bearer', { typ: 'JWT' }, { typ: 'Bearer', azp: CLIENT }, 'access'],
    ['payload typ Refresh', {}, { typ: 'Refresh', aud: CLIENT }, 'refresh'],
    ['payload typ Offline', {}, { typ: 'Offline' }, 'refresh'],
    ['payload typ unheard of, with scope', {}, { typ: 'DPoP', scope: 'openid' }, 'access'],
    ['payload typ Logout', {}, { typ: 'Logout' }, 'logout'],
    ['events that are none', {}, { events: null, nonce: 'n' }, 'id'],
    ['another type, the prefix within it', { typ: 'at+application/jwt' }, {}, 'unknown'],
    ['c_hash', {}, { c_hash: 'h', aud: 'other' }, 'id'],
    ['client_id not in aud', {}, { client_id: CLIENT, aud: 'api://traces' }, 'access'],
    ['nonce', {}, { nonce: 'n', aud: CLIENT, scope: 'x' }, 'id'],
    ['at_hash', {}, { at_hash: 'h', aud: 'other' }, 'id'],
    ['scp list', {}, { scp: ['traces.read'], aud: 'api://traces' }, 'access'],
    ['azp not in aud', {}, { azp: CLIENT, aud: ['api://traces'] }, 'access'],
    ['appid not in aud', {}, { appid: CLIENT, aud: 'api://traces' }, 'access'],
    ['cid without aud', {}, { cid: CLIENT }, 'access'],
    ['azp in aud, our client', {}, { azp: CLIENT, aud: [CLIENT, 'traces-api'] }, 'id'],
    ['only our client as audience', {}, { aud: CLIENT }, 'id'],
    ['another audience', {}, { aud: 'https://traces.acme.example' }, 'unknown'],
    ['nothing', {}, {}, 'unknown'],
    ['claims of the wrong shape', { typ: 7 }, { token_use: ['id'], typ: null, azp: 3, aud: {} }, 'unknown'],
    ['a name every object has', { typ: 'constructor' }, { token_use: '__proto__' }, 'unknown'],
  ])('%s', (_, header, payload, kind) => {
    expect(tokenKind({ header, payload }, CLIENT)).toBe(kind)
  })

  it('does not take an audience for our client when no client is named', () => {
    expect(tokenKind({ header: {}, payload: { aud: CLIENT } })).toBe('unknown')
    expect(tokenKind({ header: {}, payload: {} })).toBe('unknown')
  })
})
