import { describe, expect, it } from 'vitest'
import { MAX_CLAIMS_CHARACTERS, readClaimsRequest } from '../../src/claims/claims-request.ts'

describe('a claims request', () => {
  it.each([
    '{"access_token":{"nbf":{"essential":true,"value":"1603742800"}}}',
    '{"access_token":{"acrs":{"essential":true,"value":"c1"},"xms_cc":{"values":["cp1"]}}}',
    '{"id_token":{"acr":{"essential":true,"values":["phr","phrh"]},"auth_time":null},"userinfo":{"email":null}}',
    '{"id_token":{"acr":{}}}',
    '{"id_token":{"level":{"value":2},"is_strong":{"value":true},"__proto__":null}}',
  ])('%s is taken as it is', (text) => {
    expect(readClaimsRequest(text)).toEqual({ claims: text })
  })

  it.each([
    ['', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['"x"', 'not a JSON object'],
    ['{"id_token":{"acr":null}', 'not a JSON object'],
    ['{"id_token":{"acr":null},"id_token":{"acr":null}}', 'not a JSON object'],
    ['{"id_token":{"acr":{"value":{"deeper":{"and":"deeper"}}}}}', 'not a JSON object'],
    ['{}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":[]}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":null}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":null},"redirect_uri":{"a":null}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":"phr"}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":[]}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"essential":"yes"}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"value":null}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"value":1e999}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":"phr"}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":[]}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":[[1]]}}}', 'not a JSON object'],
    ['{"id_token":{"acr":{"purpose":"x"}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":null,"email":"me"}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"values":["phr",null]}}}', 'not in the form of OpenID Connect Core §5.5'],
    ['{"id_token":{"acr":{"purposes":["x"]}}}', 'not in the form of OpenID Connect Core §5.5'],
    [`{"id_token":{"acr":{"value":"${'x'.repeat(MAX_CLAIMS_CHARACTERS)}"}}}`, 'too long'],
    [`{"id_token":{"acr":{"value":"${'€'.repeat(300)}"}}}`, 'too long'],
    [' '.repeat(4 * MAX_CLAIMS_CHARACTERS + 1), 'too long'],
  ])('%s is none', (text, problem) => {
    expect(readClaimsRequest(text)).toEqual({ problem })
  })
})
