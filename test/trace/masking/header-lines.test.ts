import { describe, expect, test } from 'vitest'
import { maskHeaders } from '../../../src/trace/masking/headers/header-lines.ts'
import { maskText } from '../../../src/trace/masking.ts'

describe('a header with credentials is masked to the end of its line, whatever stands in quotes there', () => {
  test.each([
    [
      '401 for GET /x, sent Authorization: Digest username="ada", uri="/x", response="S"',
      '401 for GET /x, sent Authorization: [masked]',
    ],
    ['Authorization: Digest uri="/x?token=a", response="S", opaque="S"\nok', 'Authorization: [masked]\nok'],
    ['Authorization: OAuth oauth_token="S", oauth_signature="S"', 'Authorization: [masked]'],
    ['Authorization: Hawk id="x", mac="S"\r\nok', 'Authorization: [masked]\r\nok'],
    ['Cookie: a=1; sid="S"; b=S', 'Cookie: [masked]'],
    ['Cookie: a="x"; b=S\nok', 'Cookie: [masked]\nok'],
    ['Cookie: a=""; b=S', 'Cookie: [masked]'],
    ['Cookie: prefs={"a": "b", "c":[1,"d"]}; sid=S', 'Cookie: [masked]'],
    ["Cookie: a=1; prefs='x'; sid=S", 'Cookie: [masked]'],
    ["Cookie: a=it's; sid=S", 'Cookie: [masked]'],
    ['Cookie: a="cut; sid=S\nok', 'Cookie: [masked]\nok'],
    [
      '[Authorization:"Digest username=\\"ada\\", x=\\"S\\"", Accept:"*/*"]',
      '[Authorization:"[masked]", Accept:"*/*"]',
    ],
    [
      "{ authorization: 'Token S', cookie: 'a=\"S\"', n: 1 }",
      "{ authorization: '[masked]', cookie: '[masked]', n: 1 }",
    ],
  ])('%j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    [
      `curl -H 'Authorization: Digest a="S", b="S"' https://h/`,
      "curl -H 'Authorization: [masked]' https://h/",
    ],
    [`curl -H "Cookie: a='S'; b=S" https://h/`, 'curl -H "Cookie: [masked]" https://h/'],
    ['curl -H "Cookie: a=\\"S\\"; b=S" https://h/', 'curl -H "Cookie: [masked]" https://h/'],
    ['{"m":"Cookie: a=\\"S\\"; b=S","n":"seen"}', '{"m":"Cookie: [masked]","n":"seen"}'],
    ['{"m":"Cookie: a=","n":"seen"}', '{"m":"Cookie: [masked]","n":"seen"}'],
    [
      '{"m":"Authorization: Digest a=\\"S\\", b=\\"S\\"\\nHost: c","n":"seen"}',
      '{"m":"Authorization: [masked]\\nHost: c","n":"seen"}',
    ],
    [
      '{"m":"{\\"h\\":\\"Cookie: a=\\\\\\"S\\\\\\"; b=S\\",\\"n\\":1}","n":"seen"}',
      '{"m":"{\\"h\\":\\"Cookie: [masked]\\",\\"n\\":1}","n":"seen"}',
    ],
    ['["Cookie: a=S", "n: seen"]', '["Cookie: [masked]", "n: seen"]'],
    [`{'m': 'sent Cookie: a="S"; b=S', 'n': 'seen'}`, `{'m': 'sent Cookie: [masked]', 'n': 'seen'}`],
    // The value ends in what stands before an opening quote, too.
    ['sub {"x":"authorization: Token a=","err":"boom"}', 'sub {"x":"authorization: [masked]","err":"boom"}'],
    ['h="Cookie: a=(" err="boom"', 'h="Cookie: [masked]" err="boom"'],
    ["{'h': 'Cookie: a=1, ', 'err': 'boom'}", "{'h': 'Cookie: [masked]', 'err': 'boom'}"],
    ["{ cookie: 'a=1, ', err: 'boom' }", "{ cookie: '[masked]', err: 'boom' }"],
    ['expected "cookie: a=" but got "b=2" in test', 'expected "cookie: [masked]" but got "b=2" in test'],
    [
      '{\\"h\\":\\"Cookie: a=(\\" ,\\"n\\":\\"seen\\"}',
      '{\\"h\\":\\"Cookie: [masked]\\" ,\\"n\\":\\"seen\\"}',
    ],
    ['{"h":"Cookie: a=(" , "n":"seen"}', '{"h":"Cookie: [masked]" , "n":"seen"}'],
    // A quote within, which its writer did not escape.
    ['h="Cookie: a="S"; b=S', 'h="Cookie: [masked]'],
  ])('but no further than the text that it stands in: %j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })
})

describe('the scheme of a header is written in any case, and may be any word or none', () => {
  test.each([
    ['Authorization: token hunter2SECRET', 'Authorization: [masked]'],
    ['Authorization: token S3cr3t of ada', 'Authorization: [masked] of ada'],
    ['authorization: token S3cr3t-of-ada expired', 'authorization: [masked] expired'],
    ['authorization: digest username="ada", response="S"', 'authorization: [masked]'],
    ['authorization: apikey abcdefghijklmnopqrst', 'authorization: [masked]'],
    ['AUTHORIZATION: TOKEN HUNTER2SECRET', 'AUTHORIZATION: [masked]'],
    ['Authorization: SSWS abc', 'Authorization: [masked]'],
    ['Authorization: GenieKey abc-def', 'Authorization: [masked]'],
    ['Authorization: Splunk abc-def', 'Authorization: [masked]'],
    ['Authorization: hunter2SECRET', 'Authorization: [masked]'],
    ['Authorization: hunter2SECRET, Accept: */*', 'Authorization: [masked], Accept: */*'],
    [
      '{"m":"authorization: acme-v1 hunter2SECRET==","n":"seen"}',
      '{"m":"authorization: [masked]","n":"seen"}',
    ],
    ["curl -H 'authorization: hunter2SECRET' h", "curl -H 'authorization: [masked]' h"],
    ['authorization: bearer abc12345\nok', 'authorization: [masked]\nok'],
    ['authorization: hawk id=\\"x\\", mac=\\"S\\"', 'authorization: [masked]'],
    ['authorization: oauth oauth_token="S", b="S"', 'authorization: [masked]'],
    ['authorization: aws4-hmac-sha256 credential=AKIA/x, Signature=S', 'authorization: [masked]'],
    ['{Authorization: abcdef1234567890}', '{Authorization: [masked]}'],
    ['(Authorization: abcdef1234567890)', '(Authorization: [masked])'],
    ['`Authorization: abcdef1234567890`', '`Authorization: [masked]`'],
    ['headers=[Authorization: Custom abcdef1234567890]', 'headers=[Authorization: [masked]]'],
    ['Authorization: Custom abcdef1234567890; next', 'Authorization: [masked]; next'],
    ['Authorization: SharedKey acct:Zm9vYmFy1/abc=', 'Authorization: [masked]'],
    ['Authorization: SharedKeyLite acct:Zm9vYmFy1/abc=', 'Authorization: [masked]'],
    ['Authorization: MAC id="h480", mac="secret9mac"', 'Authorization: [masked]'],
    ['Authorization: Signature keyId="k",signature="Zm9v"', 'Authorization: [masked]'],
    ['Authorization: sso-key abc:def', 'Authorization: [masked]'],
    ['Authorization: hvs.CAESIJ1234567890abcd', 'Authorization: [masked]'],
    ['Authorization: Api-Token dt0c01.ABC123.DEF456', 'Authorization: [masked]'],
    ['Authorization: Token "abc123def"', 'Authorization: [masked]'],
    ["Authorization: Token 'abc123def'", 'Authorization: [masked]'],
    ['{"m":"Authorization: Token \\"abc\\"","n":"seen"}', '{"m":"Authorization: [masked]","n":"seen"}'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    'Authorization: failed, cookie: none',
    'authorization: token expired',
    'authorization: token is invalid, authorization: digest mismatch',
    'authorization: basic auth required',
    'AUTHORIZATION: TOKEN EXPIRED',
    'Authorization: access denied for user ada',
    'Authorization: OAuth2 is required',
    'Authorization: AuthorizationServiceImpl2 failed',
    'Authorization: user ada12345 denied',
    'Authorization: checkPermission',
    'Authorization: https://idp.example/oauth2',
    'Authorization: /oauth2/authorize',
    'Authorization: HTTP/1.1',
    'authorization: org.acme.OAuth2Filter',
    'public authorization: Authorization2;',
    'authorization: failed status=403',
    'policy authorization: http_status=401, retrying',
    'authorization: denied ERR_AUTH_1042',
    'authorization: denied ERR_AUTHORIZATION_POLICY_1042',
    'authorization: AADSTS700016, application not found',
    'authorization: denied pod-7f9c8d4b5-x2k',
    'authorization: denied orders-deployment-7f9c8d4b5-x2k9p',
    'authorization: took 12345678ms, status 403',
    'authorization: rule checkout.policies.v2-strict',
    'authorization: denied AuthorizationServiceImpl2',
    'authorization: GET api/v2/orders/12345',
    'authorization: rbac.istio.io/v1beta1',
    'authorization: token exp=1712345678 is before now=1712345999, issuer https://idp.example',
    'authorization: token kid=abc not found in JWKS https://idp/keys',
    'authorization: token InvalidAudience expected tempo got lightstep',
    'authorization: token InvalidAudienceException2 was thrown',
    'authorization: oauth error=invalid_grant for client web',
    'authorization: token v2 endpoint returned 503 after 30s',
    'authorization: Signature mismatch for key',
    'authorization: MAC check failed',
    'authorization: "Token " + token',
    '"authorization: Token " and "more"',
  ])('but what is no secret is shown: %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
})

test.each(['authorization: ', 'authorization: Custom ', 'authorization: token '])(
  'a word behind it that is longer than any header is no error: %s',
  (header) => {
    for (const part of ['aa-', 'Aa1', 'a1-', 'aaa']) {
      const text = `${header}${part.repeat(7_000_000)}!`
      // Not by `toBe`, which would show all of it.
      expect(maskHeaders(text) === text).toBe(true)
    }
  },
)
