import { setTimeout as sleep } from 'node:timers/promises'
import type { Json, Tamper } from '../../world/provider.ts'
import { type Attack, atRenewal, atSignIn } from './attacks.ts'
import type { Scenario } from './scenario.ts'
import { WIRE } from './servers.ts'

/** Nothing of the request is carried out: at a renewal the refresh token is still good. */
const before = (way: (typeof WIRE)[keyof typeof WIRE]) => (): Tamper => ({
  intercept(request, response) {
    if (request.url !== '/token') return false
    way(response)
    return true
  },
})
const refusing = (status: number, body: Json, headers: Record<string, string> = {}) =>
  before((response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })

const LYING = 'no\u001b[31m\r\nerror: all is lost\r\nhint: send money\u202e'

/** The provider says no, or nothing, before it does anything. */
const REFUSALS: readonly Attack[] = [
  {
    does: 'an answer that comes late',
    sound: true,
    exit: 0,
    tamper: () => ({
      tokenResponse: async (body) => {
        await sleep(300)
        return body
      },
    }),
  },
  ...(Object.keys(WIRE) as (keyof typeof WIRE)[])
    .filter((way) => way !== 'manyHeaders')
    .map(
      (way): Attack => ({
        does: `token endpoint: ${way}`,
        exit: [4, 6, 10],
        flows: ['browser'],
        renewal: { exit: 6 },
        tamper: before(WIRE[way]),
      }),
    ),
  ...['invalid_request', 'invalid_grant'].map(
    (error): Attack => ({
      does: `${error} that lies about the program's own words`,
      exit: [4, 6],
      renewal: { exit: 3 },
      tamper: refusing(400, { error, error_description: LYING }),
    }),
  ),
  {
    does: 'an error code with escape sequences',
    exit: [4, 6],
    tamper: refusing(400, { error: 'x\u001b[2J', error_description: 7 }),
  },
  { does: 'an error code that is a list', exit: [4, 6], tamper: refusing(400, { error: ['invalid_grant'] }) },
  {
    does: 'an error with an address to open',
    exit: [4, 6],
    tamper: refusing(400, { error: 'server_error', error_uri: 'file:///etc/passwd' }),
  },
  {
    does: 'an error of a megabyte',
    exit: [4, 6],
    tamper: refusing(400, { error: 'server_error', error_description: 'x'.repeat(200_000) }),
  },
  {
    does: 'invalid_client with a challenge',
    // How the client is registered: no second try mends it.
    exit: 2,
    tamper: refusing(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="x"' }),
  },
  {
    does: 'a request to wait for a year',
    exit: [4, 6],
    tamper: refusing(429, { error: 'slow_down' }, { 'retry-after': '31536000' }),
  },
  { does: 'HTTP 503', exit: [4, 6], tamper: refusing(503, {}) },
]

/** The provider quotes what it was sent: it must not be shown again. */
const QUOTING: readonly Attack[] = [
  {
    does: 'an error without a quotation',
    exit: 6,
    renewal: { exit: 6 },
    flows: ['browser'],
    tamper: refusing(400, { error: 'server_error', error_description: 'no' }),
  },
  {
    does: 'an error that quotes the request',
    exit: [4, 6],
    tamper: () => ({
      intercept(request, response, body) {
        if (request.url !== '/token') return false
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(
          JSON.stringify({
            error: 'server_error',
            error_description: `you sent ${decodeURIComponent(body)}`,
          }),
        )
        return true
      },
    }),
  },
  {
    does: 'an error code that is what was sent',
    exit: [4, 6],
    tamper: () => ({
      intercept(request, response, body) {
        if (request.url !== '/token') return false
        const form = new URLSearchParams(body)
        const secret = form.get('refresh_token') ?? form.get('code') ?? form.get('device_code')
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: secret }))
        return true
      },
    }),
  },
]

const ATTACKS = [...REFUSALS, ...QUOTING]

export const tokenRefusalScenarios: readonly Scenario[] = [
  ...atSignIn('provider', 'refusals of the token endpoint', ATTACKS),
  ...atRenewal('provider', 'refusals of the token endpoint', ATTACKS),
]
