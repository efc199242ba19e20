import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Attacked, GatewayReport } from './check-gateway.ts'
import { type Checkup, fail, ok, skip } from './checkup.ts'

/** The report as lines: each verdict is a word, so that colour alone means nothing. */
export function gatewayLines({ control, attacks }: GatewayReport): Checkup[] {
  const { verdict, found, next = '' } = control
  const own = 'your own token'
  if (verdict === 'failed') return [fail(own, `not answered, so the rest is unknown: ${found}`, next)]
  return [ok(own, `answered (${found})`), ...attacks.map(line)]
}

function line({ name, verdict, found, next = '' }: Attacked): Checkup {
  if (verdict === 'refused') return ok(name, `refused (${found})`)
  if (verdict === 'let-through') return fail(name, `let through (${found})`, next)
  if (verdict === 'unknown') return { area: name, verdict: 'warn', found: `unknown (${found})` }
  return skip(name, found)
}

export function gatewayHeading({ route, attacks }: GatewayReport, api: URL): string {
  const host = safeText(api.host, 100)
  if (route === undefined || attacks.length === 0) return `The gateway at ${host}`
  return `The gateway at ${host}, attacked with requests it must refuse:\n${safeText(route.replace(api.origin, ''), 200)}`
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

/** The Failure of a report in which an attack was let through, or stayed unknown. */
export function gatewayFailure({ control, attacks }: GatewayReport): Failure | undefined {
  if (control.verdict === 'failed') {
    return new Failure(control.mayPass ? 'api-failed' : 'check-failed', 'the gateway could not be tested', {
      hint: 'The gateway must answer your own token first. See the line above.',
    })
  }
  const tried = attacks.filter(({ verdict }) => verdict !== 'not-tried')
  const count = (verdict: Attacked['verdict']) => attacks.filter((one) => one.verdict === verdict).length
  const [through, unknown] = [count('let-through'), count('unknown')]
  if (through > 0) {
    const rest = unknown === 0 ? '' : `; of ${unknown} the result is unknown`
    return new Failure(
      'check-failed',
      `the gateway lets through ${through} of ${tried.length} attacks${rest}`,
      {
        hint: attacks.some(({ attack, verdict }) => attack === 'no-token' && verdict === 'let-through')
          ? 'Anyone can read here without a token. Is this the gateway, not the API behind it?'
          : 'Ask whoever runs the gateway to close them. Each FAIL above says how.',
      },
    )
  }
  if (unknown === 0) return undefined
  return new Failure('api-failed', `whether ${unknown} of ${tried.length} attacks are refused is unknown`, {
    hint: 'Run it again. If it stays unknown, ask whoever runs the gateway about these answers.',
  })
}
