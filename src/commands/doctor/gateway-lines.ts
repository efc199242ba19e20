import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Attacked, GatewayReport } from './check-gateway.ts'
import { type Checkup, fail, ok, skip } from './checkup.ts'

/** The report as lines: each verdict is a word, so that nothing is told by colour alone. */
export function gatewayLines({ control, attacks }: GatewayReport): Checkup[] {
  const { verdict, found, next = '' } = control
  const own = 'your own token'
  if (verdict === 'failed') return [fail(own, `not answered, so nothing can be told: ${found}`, next)]
  return [ok(own, `answered (${found})`), ...attacks.map(line)]
}

function line({ name, verdict, found, next = '' }: Attacked): Checkup {
  if (verdict === 'refused') return ok(name, `refused (${found})`)
  if (verdict === 'let-through') return fail(name, `let through (${found})`, next)
  if (verdict === 'unknown') return { area: name, verdict: 'warn', found: `could not be told (${found})` }
  return skip(name, found)
}

/** What is attacked, and with how much. */
export function gatewayHeading({ route, attacks }: GatewayReport, api: URL): string {
  const host = safeText(api.host, 100)
  if (route === undefined || attacks.length === 0) return `The gateway at ${host}`
  return `The gateway at ${host}, sent what it must refuse:\n${safeText(route.replace(api.origin, ''), 200)}`
}

/** The same for scripts. */
export const gatewayJson = ({ route, control, attacks }: GatewayReport) => ({
  route: route ?? null,
  control: {
    verdict: control.verdict,
    found: control.found,
    ...(control.next !== undefined && { next: control.next }),
  },
  attacks: attacks.map(({ attack, verdict, status, found, next }) => ({
    attack,
    verdict,
    status: status ?? null,
    found,
    ...(next !== undefined && { next }),
  })),
})

/** The Failure that a report amounts to: something was let through, or could not be told. */
export function gatewayFailure({ control, attacks }: GatewayReport): Failure | undefined {
  if (control.verdict === 'failed') {
    return new Failure(control.mayPass ? 'api-failed' : 'check-failed', 'the gateway could not be tested', {
      hint: 'Your own token must be answered first: see the line above.',
    })
  }
  const tried = attacks.filter(({ verdict }) => verdict !== 'not-tried')
  const count = (verdict: Attacked['verdict']) => attacks.filter((one) => one.verdict === verdict).length
  const [through, unknown] = [count('let-through'), count('unknown')]
  if (through > 0) {
    const untold = unknown === 0 ? '' : `; of ${unknown} it could not be told`
    return new Failure(
      'check-failed',
      `the gateway lets through ${through} of ${tried.length} attacks${untold}`,
      {
        hint: attacks.some(({ attack, verdict }) => attack === 'no-token' && verdict === 'let-through')
          ? 'Anybody can read there without a token: is this the gateway, and not the API behind it?'
          : 'Whoever runs the gateway must close them: each FAIL above says how.',
      },
    )
  }
  if (unknown === 0) return undefined
  return new Failure(
    'api-failed',
    `whether ${unknown} of ${tried.length} attacks are refused could not be told`,
    {
      hint: 'Run it again. If it stays so, ask whoever runs the gateway what its answers mean.',
    },
  )
}
