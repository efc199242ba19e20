import type { Place } from '../place.ts'
import { type FailureRow, one, signedIn, two } from './row.ts'

const OTHERS = [
  'trace get 00f067aa0ba902b7',
  'trace search --service x --snapshot',
  'attributes',
  'token',
  'whoami',
  'check',
]

const comesBack = (place: Place, error: string) => {
  const iss = encodeURIComponent(place.stage.provider.issuer)
  place.stage.provider.tamper = {
    callback: (url) => {
      url.search = `?error=${error}&state=${url.searchParams.get('state')}&iss=${iss}`
      return url
    },
  }
}

/** Nobody is signed in, or not for this. */
export const SIGN_IN: readonly FailureRow[] = [
  {
    name: 'not signed in',
    arrange: (place) => two(place),
    line: 'ls-auth services --profile work',
    exit: 3,
    cured: true,
  },
  {
    name: 'not signed in, the API in flags',
    arrange: (place) =>
      signedIn(place, { without: ['api'] }).then(() => place.world.type('ls-auth logout --all')),
    line: ({ stage }) => `ls-auth services --profile work --api ${stage.gateway.url}`,
    exit: 3,
    exits: [0, 11],
    cured: true,
  },
  ...OTHERS.map(
    (command): FailureRow => ({
      name: `not signed in: ${command}`,
      arrange: (place) => two(place),
      line: `ls-auth ${command} --profile work`,
      exit: 3,
    }),
  ),
  {
    name: 'not signed in: doctor',
    arrange: (place) => two(place),
    line: 'ls-auth doctor --profile work',
    exit: 0,
    cured: 'ls-auth services --profile work',
  },
  {
    name: 'an API takes only bound tokens, and a setting of the profile is in the way',
    arrange: async (place) => {
      const { issuer, clientId } = place.stage.provider
      const api = await place.answering((request, response) => {
        const document = {
          resource: `http://${request.headers.host}`,
          authorization_servers: [issuer],
          scopes_supported: ['traces:read'],
          dpop_bound_access_tokens_required: true,
          ls_auth: { client_id: clientId, backend: 'lightstep', organization: 'acme', project: 'prod' },
        }
        response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
      })
      await one(place, { without: ['api'], lines: `api = "${api}"\nuse_token = "id"` })
      place.world.variables.BOUND_API = api
    },
    line: ({ world }) => `ls-auth login ${world.variables.BOUND_API} --profile work --yes`,
    exit: 2,
    cured: true,
  },
  {
    name: 'the session has ended',
    arrange: async (place) => {
      await signedIn(place)
      place.world.clockOffset = 5_000_000
      place.stage.provider.tamper = {
        tokenResponse: () => ({ status: 400, raw: '{"error":"invalid_grant"}' }),
      }
    },
    line: 'ls-auth token --profile work',
    exit: 3,
    meanwhile: (place) => {
      place.world.clockOffset = 0
      place.stage.provider.tamper = {}
    },
    cured: true,
  },
  {
    name: 'another API than the one signed in for',
    arrange: (place) => signedIn(place, { without: ['api'], lines: 'api = "https://gw.example"' }),
    line: ({ stage }) => `ls-auth services --profile work --api ${stage.gateway.url}`,
    exit: 10,
    exits: [0, 11],
    cured: true,
  },
  {
    name: 'another account than the one signed in with',
    arrange: async (place) => {
      await signedIn(place)
      await two(place, { lines: 'account = "me"' })
    },
    line: 'ls-auth whoami --profile work',
    exit: 2,
    cured: true,
  },
  {
    name: 'a local Jaeger beside a profile with an issuer',
    arrange: (place) => two(place),
    line: ({ jaeger }) => `ls-auth services --profile work --backend jaeger --api ${jaeger.url}`,
    exit: 3,
    cured: 'ls-auth whoami --profile work',
  },
  {
    name: 'a local Tempo beside a sign-in for another API',
    arrange: (place) => signedIn(place),
    line: ({ tempo }) => `ls-auth services --backend tempo --api ${tempo.url} --profile work`,
    exit: 10,
  },
  {
    name: 'a person declines',
    arrange: (place) => comesBack(place, 'access_denied'),
    line: ({ stage }) =>
      `ls-auth login --issuer ${stage.provider.issuer} --client-id ${stage.provider.clientId}`,
    exit: 4,
    noCommand: true,
  },
  {
    name: 'the provider has to ask, and may not',
    arrange: (place) => two(place).then(() => comesBack(place, 'login_required')),
    line: 'ls-auth login --prompt none --profile work',
    exit: 3,
    failing: '--prompt',
    meanwhile: (place) => {
      place.stage.provider.tamper = {}
    },
    cured: 'ls-auth whoami --profile work',
  },
  {
    name: 'a scope that the provider does not know',
    arrange: (place) => two(place).then(() => comesBack(place, 'invalid_scope')),
    line: 'ls-auth login --scope no:such --profile work',
    exit: 2,
    failing: 'no:such',
    meanwhile: (place) => {
      place.stage.provider.tamper = {}
    },
    cured: 'ls-auth whoami --profile work',
  },
  {
    name: 'no sign-in with a token from outside',
    arrange: (place) => {
      place.world.variables.LS_AUTH_TOKEN = ' '
    },
    line: 'ls-auth whoami',
    exit: 2,
    noCommand: true,
  },
  {
    name: 'the token from outside has expired',
    arrange: (place) => {
      const claims = Buffer.from('{"exp":1577836800}').toString('base64url')
      place.world.variables.LS_AUTH_TOKEN = `e30.${claims}.AAAA`
    },
    line: 'ls-auth token',
    exit: 3,
    noCommand: true,
  },
  {
    name: 'a token on the command line',
    line: 'ls-auth whoami --token eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
    exit: 2,
    exits: [0, 2],
  },
  {
    name: 'tokens live shorter than --min-ttl',
    arrange: (place) => signedIn(place),
    line: 'ls-auth token --profile work --min-ttl 90h',
    exit: 2,
    noCommand: true,
  },
  {
    name: 'a check that is false',
    arrange: (place) => signedIn(place),
    line: 'ls-auth check --profile work --group nobody',
    exit: 5,
  },
]
