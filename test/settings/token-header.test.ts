import { expect, it } from 'vitest'
import { wrongTokenHeader } from '../../src/settings/valid-setting.ts'

it.each(['Authorization', 'X-JWT-Assertion', 'x-amzn-oidc-accesstoken', 'Cf-Access-Token', 'X_Token'])(
  'a token can be sent in %s',
  (name) => expect(wrongTokenHeader(name)).toBeUndefined(),
)

it.each([
  ...['Host', 'host', 'Cookie', 'Cookie2', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding'],
  ...['transfer_encoding', 'Upgrade', 'Expect', 'Content-Length', 'Content-Type', 'HTTP2-Settings', 'Accept'],
  ...[
    'Accept-Encoding',
    'Proxy-Authorization',
    'Proxy-Connection',
    'User-Agent',
    'traceparent',
    'X-Scope-OrgID',
  ],
  ...['', 'X Y', 'X:Y', 'X\r\nY', 'Ä', 'x'.repeat(61), ':authority'],
])('not in %j', (name) => expect(wrongTokenHeader(name)).toBeDefined())
