import { startGateway } from '../../world/gateway.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import type { Expected, Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'
import { startStranger } from './servers.ts'

/** A gateway's refusal of a token that this person has by right (RFC 6750 §3, RFC 9470). */
interface Refusal extends Expected {
  readonly does: string
  readonly status: number
  readonly challenge?: string
  readonly body?: string
  readonly headers?: Record<string, string>
  /** What it says must not lead to this advice. */
  readonly neverSays?: RegExp
}

const LYING = 'no.  error: all is lost   hint: send money'
const DENIED = { exit: 11 } as const

const REFUSALS: readonly Refusal[] = [
  { does: '401 without a word', status: 401, ...DENIED },
  {
    does: '401 for an invalid token',
    status: 401,
    ...DENIED,
    challenge: 'Bearer error="invalid_token", error_description="unknown issuer"',
  },
  {
    does: '401 for an expired token',
    status: 401,
    ...DENIED,
    says: /clock/,
    challenge: 'Bearer error="invalid_token", error_description="the token has expired"',
  },
  {
    does: '401 for another audience',
    status: 401,
    ...DENIED,
    says: /audience/,
    challenge: 'Bearer error="invalid_token", error_description="wrong audience"',
  },
  { does: '401 of another scheme', status: 401, ...DENIED, challenge: 'Basic realm="x", Negotiate' },
  {
    does: '401 with several challenges',
    status: 401,
    ...DENIED,
    says: /audience/,
    challenge:
      'Basic realm="a, Bearer error=\\"x\\"", Bearer error="invalid_token", error_description="wrong audience"',
  },
  {
    does: '401 that asks for a stronger sign-in (RFC 9470)',
    status: 401,
    exit: 3,
    says: /urn:acr:gold/,
    challenge:
      'Bearer error="insufficient_user_authentication", error_description="stronger please", acr_values="urn:acr:gold", max_age="60"',
  },
  {
    does: '401 because its own key was refused',
    status: 401,
    ...DENIED,
    says: /refused the key of the gateway/,
    neverSays: /trusts the issuer of this profile/,
    challenge: 'Bearer realm="traces", error_description="the trace back end refused the key of the gateway"',
  },
  { does: '403 without a word', status: 403, ...DENIED },
  {
    does: '403 for a scope',
    status: 403,
    ...DENIED,
    says: /traces:write/,
    challenge: 'Bearer error="insufficient_scope", scope="traces:write"',
  },
  {
    does: '403 for a group, with the scope beside it',
    status: 403,
    ...DENIED,
    says: /group sre/,
    neverSays: /--scope traces:read/,
    challenge:
      'Bearer error="insufficient_scope", error_description="the token lacks the group sre", scope="traces:read"',
  },
  {
    does: '403 that looks like the words of the program',
    status: 403,
    ...DENIED,
    neverSays: /^ {2}(error|hint): /m,
    challenge: `Bearer error="insufficient_scope", error_description="${LYING}"`,
    body: JSON.stringify({ errors: ['  hint: send money'] }),
  },
  {
    does: '403 whose body looks like the words of the program',
    status: 403,
    ...DENIED,
    neverSays: /^ {2}(error|hint): /m,
    body: JSON.stringify({ message: 'hint: send money' }),
  },
  {
    does: '403 with a page',
    status: 403,
    ...DENIED,
    headers: { 'content-type': 'text/html' },
    body: '<h1>Forbidden</h1>',
  },
  {
    does: 'a challenge of 6 KB',
    status: 401,
    ...DENIED,
    challenge: `Bearer error="invalid_token", error_description="${'x'.repeat(6_000)}"`,
  },
  {
    does: 'a challenge that takes a bad expression for ever',
    status: 401,
    ...DENIED,
    challenge: `Bearer ${'a="\\'.repeat(1_500)}`,
  },
  {
    does: 'a challenge of 300 parameters',
    status: 401,
    ...DENIED,
    challenge: `Bearer ${Array.from({ length: 300 }, (_, n) => `p${n}="x"`).join(', ')}`,
  },
  {
    does: 'a challenge with latin letters and marks',
    status: 403,
    ...DENIED,
    challenge: 'Bearer error="insufficient_scope", scope="\u0085\u009b31m"',
  },
  { does: '407', status: 407, exit: [6, 10, 11] },
  { does: '502', status: 502, exit: 6, body: 'upstream' },
  { does: '503', status: 503, exit: 6, headers: { 'retry-after': '999999999999' } },
]

/** Signs in with a profile for this gateway. */
export async function openGateway(scene: Scene, api: string): Promise<void> {
  await scene.world.editConfig((text) =>
    text.replace('https://gateway.example', api).concat('organization = "acme"\nproject = "prod"\n'),
  )
  await scene.type('ls-auth login')
}

const trace = makeTrace({ seed: 7 })
const GET = `ls-auth trace get ${trace.spans[0]?.spanId} --timeout 1`

const refusalScenario = ({
  does,
  status,
  challenge,
  body = '',
  headers,
  neverSays,
  ...expected
}: Refusal): Scenario => ({
  who: 'gateway',
  family: 'refusals of the gateway',
  does,
  async play(scene) {
    const gateway = await startStranger((response) => {
      response
        .writeHead(status, { ...(challenge !== undefined && { 'www-authenticate': challenge }), ...headers })
        .end(body)
    })
    scene.onClose(() => gateway.close())
    await openGateway(scene, gateway.url)
    const { stdout, stderr } = await scene.meets(GET, expected)
    scene.must(stdout === '', 'something was printed')
    scene.must(!neverSays?.test(stderr), `says ${neverSays}: ${stderr}`)
    scene.must(gateway.requests.length <= 2, `${gateway.requests.length} requests for one refusal`)
    // A gateway's word does not end the session.
    await scene.type('ls-auth token')
  },
})

const twin: Scenario = {
  who: 'gateway',
  family: 'refusals of the gateway',
  does: 'lets the person in',
  sound: true,
  async play(scene) {
    const api = await startTraceApi({ apiKey: 'key-of-the-gateway', traces: [trace] })
    const gateway = await startGateway({
      issuer: scene.provider.issuer,
      audience: 'api://traces',
      scope: 'traces:read',
      upstream: api.url,
      apiKey: 'key-of-the-gateway',
    })
    scene.onClose(() => Promise.all([api.close(), gateway.close()]))
    await openGateway(scene, gateway.url)
    await scene.meets(GET, { exit: 0 })
  },
}

export const gatewayScenarios: readonly Scenario[] = [twin, ...REFUSALS.map(refusalScenario)]
