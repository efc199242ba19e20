import { openPlace, type Place } from '../../stories/providers/place.ts'
import type { Behaviour, Refusal } from '../../world/simulator/behaviour.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import type { Expected, Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'

/** Providers as the standards allow them and as nobody writes for them. */
interface Oddity extends Expected {
  readonly does: string
  readonly sound?: true
  readonly behaviour: Behaviour
  /** After the sign-in; by default the access token runs out. */
  happens?(place: Place): Promise<unknown> | unknown
  readonly line?: string
  /** The command after that one: the session that is not lost, or the end that stays one. */
  readonly afterwards: number
}

/** A new refresh token each time, and the old one dead: nothing may be asked twice. */
const strict: Behaviour = {
  ...okta,
  id: 'generic',
  rotation: { kind: 'rotate', graceSeconds: 0, family: true },
}
const expires = (place: Place) => place.pass(okta.accessSeconds + 1)
const clockMovedBy = (days: number) => (place: Place) => {
  place.world.clockOffset += days * 86_400_000
}
const ended = (refusal: Refusal): Pick<Oddity, 'behaviour' | 'happens'> => ({
  behaviour: { ...strict, deadRefresh: refusal },
  happens(place) {
    expires(place)
    place.simulator.endSessions()
  },
})

const ODDITIES: readonly Oddity[] = [
  { does: 'a renewal as it should be', sound: true, exit: 0, behaviour: strict, afterwards: 0 },
  {
    does: 'a session that ended: invalid_grant',
    exit: 3,
    afterwards: 3,
    ...ended({ status: 400, body: { error: 'invalid_grant' } }),
  },
  {
    does: 'a session that ended: invalid_request',
    exit: 3,
    afterwards: 3,
    ...ended({ status: 400, body: { error: 'invalid_request' } }),
  },
  { does: 'a session that ended: 400 and nothing', exit: 6, afterwards: 3, ...ended({ status: 400 }) },
  {
    does: 'a session that ended: invalid_grant and a challenge',
    exit: 3,
    afterwards: 3,
    ...ended({
      status: 400,
      body: { error: 'invalid_grant' },
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    }),
  },
  {
    does: 'a session that ended: login_required',
    exit: 3,
    afterwards: 3,
    ...ended({ status: 400, body: { error: 'login_required' } }),
  },
  {
    does: 'no notice of the scope',
    exit: 11,
    line: 'ls-auth token --narrow --scope openid',
    behaviour: { ...strict, narrowing: 'ignored' },
    afterwards: 0,
  },
  {
    does: 'no notice of the audience',
    exit: 11,
    line: 'ls-auth token --narrow --audience api://other',
    behaviour: { ...strict, narrowing: 'ignored' },
    afterwards: 0,
  },
  {
    does: 'a refresh token bound to the narrower scope',
    exit: 0,
    line: 'ls-auth token --narrow --scope openid',
    behaviour: { ...strict, narrowing: 'until asked again' },
    afterwards: 0,
  },
  {
    does: 'a new key under the old name',
    exit: 0,
    behaviour: strict,
    afterwards: 0,
    async happens(place) {
      expires(place)
      await place.simulator.replaceKeys()
    },
  },
  {
    does: 'a new key that it does not show',
    exit: 10,
    behaviour: strict,
    afterwards: 10,
    async happens(place) {
      expires(place)
      await place.simulator.replaceKeys(false)
    },
  },
  {
    does: 'a key set that does not answer any more',
    exit: 0,
    behaviour: strict,
    afterwards: 0,
    happens(place) {
      expires(place)
      place.simulator.hideKeys(true)
    },
  },
  {
    does: 'an answer that is lost, and no grace',
    exit: 6,
    behaviour: strict,
    afterwards: 3,
    happens(place) {
      expires(place)
      place.simulator.loseTokenAnswers(1)
    },
  },
  {
    does: 'an answer that is lost, and a grace of 30 s',
    exit: [0, 6],
    behaviour: { ...strict, rotation: { kind: 'rotate', graceSeconds: 30, family: true } },
    afterwards: 0,
    happens(place) {
      expires(place)
      place.simulator.loseTokenAnswers(1)
    },
  },
  { does: 'no ID token with a renewal', exit: 0, behaviour: { ...strict, idTokenOnce: true }, afterwards: 0 },
  {
    does: 'opaque access tokens',
    exit: 0,
    behaviour: { ...auth0, accessToken: ({ serial }) => `opaque-${serial}` },
    afterwards: 0,
  },
  {
    does: 'a clock of this machine that is three days fast',
    exit: 0,
    behaviour: strict,
    afterwards: 0,
    happens: clockMovedBy(3),
  },
  {
    does: 'a clock of this machine that is three days slow',
    exit: 0,
    behaviour: strict,
    afterwards: 0,
    happens: clockMovedBy(-3),
  },
]

const oddityScenario = ({
  does,
  sound,
  behaviour,
  happens = expires,
  line = 'ls-auth token',
  afterwards,
  ...expected
}: Oddity): Scenario => ({
  who: 'provider',
  family: 'odd providers',
  does: `renewal: ${does}`,
  ...(sound && { sound }),
  async play(scene: Scene) {
    const place = await openPlace(behaviour, ['scopes = ["openid", "offline_access", "traces.read"]'])
    scene.onClose(() => place.close())
    scene.world = place.world
    await scene.type('ls-auth login')
    await happens(place)
    const { exit, stdout } = await scene.meets(line, expected)
    scene.must(exit === 0 || stdout === '', 'a refused command printed a token')
    await scene.type('ls-auth token', afterwards)
  },
})

export const oddProviderScenarios: readonly Scenario[] = ODDITIES.map(oddityScenario)
