import type { Finding } from '../../claims/finding.ts'
import type { Inspected } from '../../claims/inspect.ts'
import { shellWord } from '../../text/shell-word.ts'

/** Whether it asks for an audience, and the token has none. */
export const lacksAudience = ({ assertion, reason }: Finding): boolean =>
  assertion === 'audience' && reason === 'claim-absent'

/** What to assert of a token that has no audience, as Cognito's access tokens. Undefined: it is not about that. */
export function clientInstead(findings: readonly Finding[], { identity }: Inspected): string | undefined {
  const client = identity.client.value
  if (client === undefined || !findings.some(lacksAudience)) return undefined
  return `The token names no audience. Assert its client instead: --client ${shellWord(client)}`
}
