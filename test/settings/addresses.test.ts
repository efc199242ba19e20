import { expect, it } from 'vitest'
import { checkBaseUrl, checkIssuer } from '../../src/settings/urls.ts'

it.each([
  '127.0.0.1:9701/..//evil.example',
  'https://gw.acme.example//x',
  'https://gw.acme.example/a/%2e%2E//x',
])(
  '%s is refused: of a path that begins with two slashes a server may take the first part for another host',
  (typed) => expect(() => checkBaseUrl(typed, 'bearer')).toThrow(/has a path that begins with \/\/$/),
)

// The URL parser drops a tab and encodes the others, so that what is asked is not what stands in the file.
it.each(['\t', '\n', '\u001b[31m', '\u202e', '\u0000', '\u200b'])(
  'an address with %j in it is refused, as an API and as an issuer, and the error shows none of it',
  (mark) => {
    const typed = `https://traces${mark}.acme.example/a${mark}b`
    for (const check of [checkIssuer, (text: string) => checkBaseUrl(text, 'bearer')]) {
      const message = messageOf(() => check(typed))
      expect(message).toContain('is not an https URL')
      expect(message).not.toContain(mark)
    }
  },
)

it.each([
  'https://user@idp.example',
  'https://user:pw@idp.example/x',
  'https://:pw@idp.example',
  'http://:pw@127.0.0.1:1/',
])(
  '%s is refused for its user or password, as an API and as an issuer, and the error shows none of it',
  (typed) => {
    for (const check of [checkIssuer, (text: string) => checkBaseUrl(text, 'bearer')]) {
      const message = messageOf(() => check(typed))
      expect(message).toContain('URL holds a user name or password')
      expect(message).not.toMatch(/user@|pw/)
    }
  },
)

function messageOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
