import type { Expected, Scenario } from './scenario.ts'

/** One change of the redirect by the provider, or by whoever is between it and the browser. */
interface Redirect extends Expected {
  readonly does: string
  readonly sound?: true
  change(url: URL, issuer: string): void
  /** The code may be sent to the token endpoint. */
  readonly spends?: true
  /** Members of the metadata. */
  readonly metadata?: Record<string, unknown>
}

const ISS = { authorization_response_iss_parameter_supported: true }

/** RFC 6749 §4.1.2, RFC 9207 §2.4. The redirect has the right state, so that it ends the wait. */
const REDIRECTS: readonly Redirect[] = [
  {
    does: 'a redirect with parameters that nobody knows',
    sound: true,
    exit: 0,
    spends: true,
    change: (url) => url.searchParams.append('foo', 'a'),
  },
  {
    does: 'iss of another provider',
    exit: 10,
    metadata: ISS,
    change: (url) => url.searchParams.set('iss', 'https://evil.example'),
  },
  {
    does: 'iss with a slash more',
    exit: 10,
    metadata: ISS,
    change: (url, issuer) => url.searchParams.set('iss', `${issuer}/`),
  },
  {
    does: 'iss in capitals',
    exit: 10,
    metadata: ISS,
    change: (url, issuer) => url.searchParams.set('iss', issuer.toUpperCase()),
  },
  {
    does: 'no iss though it was promised',
    exit: 10,
    metadata: ISS,
    change: (url) => url.searchParams.delete('iss'),
  },
  {
    does: 'iss twice',
    exit: [6, 10],
    metadata: ISS,
    change: (url) => url.searchParams.append('iss', 'https://evil.example'),
  },
  {
    does: 'a code and an error at once',
    exit: [4, 6, 10],
    change: (url) => url.searchParams.set('error', 'access_denied'),
  },
  { does: 'two codes', exit: [6, 10], change: (url) => url.searchParams.append('code', 'another') },
  { does: 'neither code nor error', exit: [6, 10], change: (url) => url.searchParams.delete('code') },
  {
    does: 'a code that it never gave',
    exit: [6, 10],
    spends: true,
    change: (url) => url.searchParams.set('code', 'x'.repeat(2_000)),
  },
  { does: 'access_denied', exit: 4, change: (url) => refuse(url, 'access_denied') },
  {
    does: 'an error that lies about the words of the program',
    exit: [4, 6, 10],
    change: (url) => refuse(url, 'server_error', 'no\u001b[2J\r\nhint: send money\u202e<script>'),
  },
  { does: 'an error code of 5 KB', exit: [4, 6, 10], change: (url) => refuse(url, 'x'.repeat(5_000)) },
  {
    does: 'an ID token in the redirect (response mode of another flow)',
    exit: [0, 6, 10],
    spends: true,
    change: (url) => url.searchParams.set('id_token', 'a.b.c'),
  },
  {
    does: 'response (JARM) in the redirect',
    exit: [0, 6, 10],
    spends: true,
    change: (url) => url.searchParams.set('response', 'a.b.c'),
  },
]

function refuse(url: URL, error: string, description?: string): void {
  url.searchParams.delete('code')
  url.searchParams.set('error', error)
  if (description !== undefined) url.searchParams.set('error_description', description)
}

const redirectScenario = (redirect: Redirect): Scenario => ({
  who: 'provider',
  family: 'the redirect',
  does: `browser: ${redirect.does}`,
  ...(redirect.sound && { sound: redirect.sound }),
  async play(scene) {
    const { provider, world } = scene
    const asked = provider.count('POST', '/token')
    const outcome = await scene.signIn(
      'browser',
      {
        discovery: (document) => ({ ...document, ...redirect.metadata }),
        callback(url) {
          redirect.change(url, provider.issuer)
          return url
        },
      },
      redirect,
    )
    scene.must(redirect.spends || provider.count('POST', '/token') === asked, 'the code was sent on')
    scene.must(outcome.exit === 0 || world.keychain.items.size === 0, 'a refused sign-in left a key')
  },
})

export const redirectScenarios: readonly Scenario[] = REDIRECTS.map(redirectScenario)
