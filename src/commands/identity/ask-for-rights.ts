import type { Finding } from '../../claims/finding.ts'
import type { Inspected } from '../../claims/inspect.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'

export const ALL_CLAIMS = 'ls-auth whoami shows all claims.'

/**
 * How a person gets the scopes and groups that the token lacks: who gives them, and what comes next. Undefined: it is
 * not about them.
 */
export function askForRights(
  findings: readonly Finding[],
  { identity }: Inspected,
  { client }: Profile,
): string | undefined {
  const issuer = identity.issuer.value ?? client.issuer
  if (client.workload || issuer === undefined || !URL.canParse(issuer)) return undefined
  const host = safeText(new URL(issuer).host, 120)
  const scopes = lacking(findings, 'scope', 'fail').map(({ values }) => values.expected as string)
  const groups = lacking(findings, 'group', 'fail')
  const unknown = lacking(findings, 'group', 'unknown').map(({ reason }) => reason)
  const advice = [
    ...(scopes.length + groups.length > 0 ? [toGet(scopes, groups, client.preset.scopes, host)] : []),
    ...(unknown.includes('claim-absent')
      ? [
          `The token has no claim with groups. Whoever manages ${host} can add it to the tokens of this client.`,
        ]
      : []),
    ...(unknown.includes('unreadable')
      ? ['The token has its groups in a shape that ls-auth does not read: a list of names is read.']
      : []),
  ]
  return advice.length === 0 ? undefined : [...advice, ALL_CLAIMS].join(' ')
}

const lacking = (findings: readonly Finding[], what: string, as: Finding['verdict']): readonly Finding[] =>
  findings.filter(({ assertion, verdict }) => assertion === what && verdict === as)

function toGet(
  scopes: readonly string[],
  groups: readonly Finding[],
  asked: readonly string[],
  host: string,
): string {
  const names = scopes.map((scope) => `the scope ${safeText(scope, 80)}`)
  const lack = `You lack ${[...names, ...groups.map(groupText)].join(' and ')}.`
  const unasked = scopes.filter((scope) => !asked.includes(scope))
  const login = ['ls-auth login', ...unasked.map((scope) => `--scope ${shellWord(scope)}`)].join(' ')
  const them = scopes.length > 1 ? 'them' : 'it'
  // Where the sign-in asks for a scope already, asking once more gives the same token.
  const isRefused = unasked.length < scopes.length
  const people = [
    ...(isRefused ? [`whoever manages the client at ${host} can allow the scope`] : []),
    ...(groups.length > 0 ? [`whoever manages groups at ${host} can add you`] : []),
  ].join(', and ')
  if (people === '') return `${lack} Sign in again and ask for ${them}: ${login}.`
  return `${lack} ${people.replace('w', 'W')}; then sign in again: ${login}.`
}

function groupText({ values }: Finding): string {
  const names = (values.expected as readonly string[]).map((name) => safeText(name, 80))
  return names.length === 1 ? `the group ${names[0]}` : `one of the groups ${names.join(', ')}`
}
