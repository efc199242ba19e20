import { afterEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../world/simulator/answer.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { openPlace, type Place } from './place.ts'

/** Every way in which a token endpoint may answer a renewal, at a provider that takes no refresh token twice. */
const STATUSES = [200, 400, 401, 403, 429, 500, 503]
/** Only a new sign-in goes on (RFC 6749 §5.2; OIDC Core §3.1.2.6). */
const ENDED = [
  ...['invalid_grant', 'invalid_request'],
  ...['login_required', 'interaction_required', 'consent_required', 'account_selection_required'],
]
/** The rest of those two, RFC 8707 §2, and one of a provider's own. */
const LASTING = [
  ...['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'invalid_target'],
]
const OTHER = [...LASTING, ...['server_error', 'temporarily_unavailable', 'access_denied', 'E0000011']]
const CHALLENGE = { 'www-authenticate': 'Basic realm="provider", Bearer error="invalid_token"' }
/** Of a proxy or a filter on the way: it wants a password, and no token. */
const OF_A_PROXY = { 'www-authenticate': 'Basic realm="a, Bearer realm", charset="UTF-8", Negotiate' }
const ON_THE_WAY = /^hint: .*a proxy or firewall.* If it keeps failing: ls-auth login$/im

type Body = Pick<Answer, 'json' | 'page'>
const BODIES: [name: string, body: Body, code: string | undefined][] = [
  ['nothing', {}, undefined],
  ['a page', { page: '<!doctype html><h1>No</h1>' }, undefined],
  ['JSON without a code', { json: { message: 'no' } }, undefined],
  ['a list', { json: ['no'] }, undefined],
  ['an empty code', { json: { error: '' } }, undefined],
  ...[...ENDED, ...OTHER].map((error): [string, Body, string] => [
    error,
    { json: { error, error_description: 'Said so.' } },
    error,
  ]),
]

/** Exits of the first and the second run. `isIntercepted`: something on the way may have answered, so nothing has ended. */
function expected(status: number, code: string | undefined, isIntercepted: boolean): [number, number] {
  if (status >= 429) return [6, 6]
  if (code === undefined) return status === 200 || isIntercepted ? [6, 6] : [6, 3]
  if (ENDED.includes(code)) return [3, 3]
  if (LASTING.includes(code)) return [2, 2]
  return code === 'access_denied' ? [11, 11] : [6, 6]
}

let place: Place
afterEach(() => place.close())

describe.each(STATUSES)('a renewal answered with %i', (status) => {
  // A challenge is read with a refusal alone.
  it.each(status >= 400 && status < 429 ? [{}, CHALLENGE, OF_A_PROXY] : [{}])(
    'and %j, whatever the body: an honest exit, a true story, and the session is not lost',
    async (headers) => {
      place = await openPlace(auth0)
      const type = async (line: string) => {
        const outcome = await place.world.type(`ls-auth ${line}`)
        expect(outcome.exit, line).not.toBe(1)
        expect(outcome.stderr, line).not.toContain('interrupted')
        return outcome
      }
      await type('login')
      const problems: unknown[] = []
      for (const [name, body, code] of BODIES) {
        place.pass(auth0.accessSeconds + 1)
        place.simulator.answerTokensWith({ status, headers, ...body })
        const runs = [await type('token'), await type('token')]
        const exits = runs.map(({ exit }) => exit)
        const isIntercepted = body.page !== undefined || (status === 401 && headers === OF_A_PROXY)
        if (String(exits) !== String(expected(status, code, isIntercepted))) problems.push([name, exits])
        // A code that the provider has sent is shown, unless the answer is an accident.
        if (code && status < 429 && !runs[0]?.stderr.includes(`${code}: Said so.`))
          problems.push([name, 'code'])
        if (exits[1] === 3 && !/^hint: Run: ls-auth login$/m.test(runs[1]?.stderr ?? ''))
          problems.push([name, runs[1]?.stderr])
        // Where it is the provider after all, nothing else tells what to do.
        if (code === undefined && isIntercepted && status < 429 && !ON_THE_WAY.test(runs[1]?.stderr ?? ''))
          problems.push([name, runs[1]?.stderr])
        place.simulator.answerTokensWith(undefined)
        const { exit, stderr } = await type('token')
        if (exit !== 0 || stderr !== '') problems.push([name, 'the session is lost', stderr])
      }
      expect(problems).toEqual([])
      expect(place.simulator.refreshes).toBe(BODIES.length)
    },
  )
})

describe.each(BODIES)('a renewal answered with %s, and then the session ends', (_, body) => {
  it('is told as an end, not as an interruption', async () => {
    place = await openPlace(auth0)
    for (const status of [200, 400, 503]) {
      await place.world.type('ls-auth login')
      place.pass(auth0.accessSeconds + 1)
      place.simulator.answerTokensWith({ status, ...body })
      await place.world.type('ls-auth token')
      place.simulator.answerTokensWith(undefined)
      place.simulator.endSessions()
      const { exit, stderr } = await place.world.type('ls-auth token')
      expect([status, exit]).toEqual([status, 3])
      expect(stderr).toMatch(
        /^error: your sign-in has ended: the provider refused to renew it(; an earlier request .*)?$/m,
      )
      expect(stderr).toContain('invalid_grant')
    }
  })
})
