import { expect, it } from 'vitest'
import { isBehindProxy } from '../../src/settings/local-proxy.ts'

const SECRET = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'
const isProxy = (LS_AUTH_API: string) => isBehindProxy({ variables: { LS_AUTH_PROXY: '1', LS_AUTH_API } })

it.each([`http://127.0.0.1:4711/${SECRET}`, `http://127.0.0.1:80/${SECRET}/`])(
  'an address that ls-auth proxy prints: %s',
  (address) => expect(isProxy(address)).toBe(true),
)

// Whoever listens there would be asked without a token, in the name of a sign-in.
it.each([
  `https://127.0.0.1:4711/${SECRET}`,
  `http://127.0.0.2:4711/${SECRET}`,
  `http://127.0.0.10:4711/${SECRET}`,
  `http://127x0x0x1:4711/${SECRET}`,
  `http://127.1:4711/${SECRET}`,
  `http://0.0.0.0:4711/${SECRET}`,
  `http://10.0.0.1:4711/${SECRET}`,
  `http://[::1]:4711/${SECRET}`,
  `http://localhost:4711/${SECRET}`,
  `http://127.0.0.1.evil.example:4711/${SECRET}`,
  `http://127.0.0.1@evil.example:4711/${SECRET}`,
  `http://evil.example/?http://127.0.0.1:4711/${SECRET}`,
  `http://127.0.0.1/${SECRET}`,
  'http://127.0.0.1:4711/',
  `http://127.0.0.1:4711/${SECRET}/more`,
  `http://127.0.0.1:4711/${SECRET}?q`,
  `http://127.0.0.1:4711/${SECRET.slice(1)}`,
  `http://127.0.0.1:4711/${SECRET}x`,
  `HTTP://127.0.0.1:4711/${SECRET}`,
  ` http://127.0.0.1:4711/${SECRET}`,
  `http://127.0.0.1:4711/${SECRET}\n`,
])('no other address is taken for it: %j', (address) => expect(isProxy(address)).toBe(false))

it.each([undefined, '', '0', 'true'])('nor is one beside LS_AUTH_PROXY=%s', (LS_AUTH_PROXY) => {
  const variables = { LS_AUTH_PROXY, LS_AUTH_API: `http://127.0.0.1:4711/${SECRET}` }
  expect(isBehindProxy({ variables })).toBe(false)
})
