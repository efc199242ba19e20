import type { Finding } from '../claims/finding.ts'
import { inspectToken, verifyInspected } from '../claims/inspect.ts'
import { judge } from '../claims/policy.ts'
import { Failure } from '../errors.ts'
import { safeText } from '../safe-text.ts'
import type { Client } from './client.ts'

/**
 * The profile's policy against a token that has just come: false findings refuse it, unknown ones are warned about
 * (or refused too, with `expect.strict`). Runs before anything is stored, and again at every refresh.
 */
export async function gate(
  client: Client,
  token: string,
  facts: {
    readonly scope: string | undefined
    readonly keys: Record<string, unknown> | undefined
    readonly now: number
  },
): Promise<readonly Finding[]> {
  if (!client.expect) return []
  const inspected = inspectToken(token, {
    clientId: client.clientId,
    claimNames: client.preset.claimNames,
    ownTokens: client.preset.ownTokens,
    responseScope: facts.scope,
  })
  const { issuer } = client
  const subject = facts.keys
    ? await verifyInspected(inspected, facts.keys, { issuer, now: facts.now })
    : inspected
  const findings = judge(subject, { ...client.expect, leewaySeconds: client.preset.leewaySeconds }, facts.now)
  const broken = findings.filter(
    ({ verdict }) => verdict === 'fail' || (verdict === 'unknown' && client.expect?.strict),
  )
  if (broken.length > 0) throw refusal(broken)
  return findings.filter(({ verdict }) => verdict === 'unknown')
}

function refusal(findings: readonly Finding[]): Failure {
  return new Failure(
    'not-allowed',
    'the provider signed you in, but the token is not what this profile expects',
    {
      detail: findings.map(
        ({ assertion, expected, actual, reason }) =>
          `${assertion}: required ${safeText(expected, 120)}, held ${safeText(actual, 120)}${reason ? ` (${reason})` : ''}`,
      ),
      hint: 'Ask whoever manages the provider for what is missing, or mend expect in the profile. Nothing was stored.',
    },
  )
}
