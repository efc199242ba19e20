import type { Tamper } from '../../world/provider.ts'
import type { Expected, Scenario } from './scenario.ts'
import { WIRE } from './servers.ts'

interface SignOut extends Expected {
  readonly does: string
  readonly sound?: true
  readonly tamper: Tamper
}

const onWire = (way: keyof typeof WIRE): Tamper => ({
  intercept(request, response) {
    if (request.url !== '/token/revocation') return false
    WIRE[way](response)
    return true
  },
})
const answering = (status: number, headers: Record<string, string> = {}): Tamper => ({
  revocation: () => ({ status, headers }),
})

/** RFC 7009 §2.2: whatever the provider says, the person is signed out here. */
const SIGN_OUTS: readonly SignOut[] = [
  { does: 'a revocation as it should be', sound: true, exit: 0, tamper: {} },
  ...[400, 401, 403, 404, 500].map(
    (status): SignOut => ({
      does: `a revocation answered with ${status}`,
      exit: [0, 6],
      tamper: answering(status),
    }),
  ),
  {
    does: 'a revocation answered with 503 and a year to wait',
    exit: [0, 6],
    tamper: answering(503, { 'retry-after': '31536000' }),
  },
  {
    does: 'a revocation that redirects',
    exit: [0, 6],
    tamper: answering(307, { location: 'https://evil.example/' }),
  },
  ...(['hang', 'drop', 'trickle', 'nonsense'] as const).map(
    (way): SignOut => ({ does: `revocation: ${way}`, exit: [0, 6], tamper: onWire(way) }),
  ),
]

export const signOutScenarios: readonly Scenario[] = SIGN_OUTS.map(
  ({ does, sound, tamper, ...expected }) => ({
    who: 'provider',
    family: 'sign-out',
    does: `logout: ${does}`,
    ...(sound && { sound }),
    async play(scene) {
      await scene.type('ls-auth login')
      scene.provider.tamper = tamper
      await scene.meets('ls-auth logout --timeout 1', expected)
      scene.must(scene.world.keychain.items.size === 0, 'the key is still in the keychain')
      scene.provider.tamper = {}
      await scene.type('ls-auth token', 3)
    },
  }),
)
