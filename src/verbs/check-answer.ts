import type { Finding } from '../claims/finding.ts'
import type { Inspected } from '../claims/inspect.ts'
import { type ShortScope, shortScopes } from '../claims/policy.ts'
import { Failure } from '../errors.ts'
import type { Pen } from '../frame/answer.ts'
import { hintFor } from '../providers/hints.ts'
import { apisOfToken } from '../providers/scope-names.ts'
import { hasUnknownKey } from '../session/verification.ts'
import type { Profile } from '../settings/profile.ts'
import { displayWidth } from '../text/display-width.ts'
import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts'
import { wrap } from '../text/wrap.ts'
import { NEW_TOKEN_ONLY } from './signature-words.ts'

/** Each finding in a line, then the warnings. `unverified`: why the signature was not verified. */
export function findingLines(
  use: 'access' | 'id',
  findings: readonly Finding[],
  warnings: readonly Finding[],
  unverified: string | undefined,
  pen: Pen,
): string[] {
  const { style } = pen
  const width = Math.max(...[...findings, ...warnings].map(({ assertion }) => assertion.length))
  const line = (finding: Finding, mark: string) => {
    const isSignature = finding.assertion === 'signature' && unverified !== undefined
    return findingLine(isSignature ? { ...finding, actual: unverified } : finding, mark, width, pen)
  }
  const marks = { pass: style.green('pass   '), fail: style.red('FAIL   '), unknown: style.yellow('unknown') }
  return [
    use === 'id' ? 'ID token' : 'access token',
    ...findings.map((finding) => line(finding, marks[finding.verdict])),
    ...warnings.map((finding) => line(finding, style.yellow('warn   '))),
  ]
}

/** For times that hold: the token's own time, which is what a person wants to know. */
function passed({ assertion, expected, actual }: Finding): string {
  if (assertion === 'not expired') return `expires ${actual}`
  if (assertion === 'already valid') return `since ${actual}`
  return /^(time left|token lifetime)$/.test(assertion) ? `${actual}, ${expected}` : expected
}

/** Reasons that the line says in words already. */
const isReported = ({ assertion, reason }: Finding): boolean =>
  reason === 'claim-absent' || reason === 'not-configured' || assertion === 'signature'

/** One line; when it is too long, what is held and the claim go below what was expected. */
function findingLine(finding: Finding, mark: string, width: number, { width: columns, style }: Pen): string {
  const { assertion, expected, actual, verdict, reason, source, note } = finding
  const indent = 13 + width
  const room = columns - indent
  const why = reason && !isReported(finding) ? ` (${reason})` : ''
  const lead = assertion === 'signature' || reason === 'not-configured' ? '' : 'held: '
  const held = verdict === 'pass' ? '' : `${lead}${safeText(actual, 400)}${why}`
  const wanted = safeText(verdict === 'pass' ? passed(finding) : expected, 160)
  const from = source ? `[${safeText(source, 60)}]` : ''
  const texts = [wanted, held, from].filter((text) => text !== '')
  const lines = fits(texts, room) ? [texts.join('  ')] : texts.flatMap((text) => wrap(text, room).split('\n'))
  // The claim stands beside the line before where it fits.
  if (from && lines.length > 1 && fits(lines.slice(-2), room)) lines.push(lines.splice(-2).join('  '))
  if (from) lines.push((lines.pop() as string).slice(0, -from.length) + style.dim(from))
  if (note && verdict !== 'pass') lines.push(...wrap(safeText(note, 400), room).split('\n'))
  return `  ${mark}  ${assertion.padEnd(width)}  ${lines.join(`\n${' '.repeat(indent)}`)}`
}

const fits = (texts: readonly string[], room: number): boolean => displayWidth(texts.join('  ')) <= room

/** The checks, for the hint about those that did not pass. */
interface Checked {
  readonly token: Inspected
  /** The token is of the session, and not from outside. */
  readonly isOurs: boolean
  readonly profile: Profile
  readonly offline: boolean
  /** That the other token of the session says all of it. */
  readonly elsewhere: string | undefined
}

/** Failure `check-failed`: which of the findings did not pass, and what to do. */
export function failedCheck(findings: readonly Finding[], checked: Checked): Failure {
  const of = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict)
  const names = (some: readonly Finding[]) => [...new Set(some.map(({ assertion }) => assertion))].join(', ')
  const [fails, unknowns] = [of('fail'), of('unknown')]
  const isUnknown = `${unknowns.length === 1 ? 'is' : 'are'} unknown: ${names(unknowns)}`
  const what =
    fails.length === 0
      ? `${unknowns.length} of ${findings.length} checks ${isUnknown}`
      : `${fails.length} of ${findings.length} checks failed: ${names(fails)}` +
        (unknowns.length === 0 ? '' : `; ${unknowns.length} ${isUnknown}`)
  return new Failure('check-failed', what, { hint: advice(findings, checked) })
}

/** Signing in again does not help for a token from outside. */
function advice(
  findings: readonly Finding[],
  { token, isOurs, profile, offline, elsewhere }: Checked,
): string {
  const { client, access, saved } = profile
  const rest = findings.filter(({ verdict }) => verdict !== 'pass')
  const isCertain = isOurs && rest.some(({ verdict }) => verdict === 'fail')
  if ((token.opaque || token.notForUs) && !isCertain) {
    if (!isOurs) return "Only this token's API can check it. Pass a token for your own API."
    const hint = hintFor(client.preset.id, { error: 'opaque-token' })
    return hint ?? elsewhere ?? 'This token is opaque. Only its API can read it.'
  }
  if (elsewhere !== undefined) return elsewhere
  if (token.signature === 'unverified') {
    if (offline) return '--offline leaves the signature unknown. Run it without.'
    if (rest.some(({ assertion, verdict }) => assertion === 'issuer' && verdict === 'fail'))
      return "The token's issuer differs from --issuer or the profile. See issuer above."
    if (hasUnknownKey(token)) return NEW_TOKEN_ONLY
    if (token.identity.issuer.value !== undefined)
      return 'ls-auth did not verify the signature. If you trust the issuer, add --issuer URL.'
  }
  if (rest.every(({ reason }) => reason === 'not-configured'))
    return access || !saved
      ? 'Choose the profile with that [access]: --profile NAME. Or drop --aligned.'
      : 'Set which belong together: ls-auth profile set access.read.scopes NAME, and ls-auth profile set access.read.groups NAME'
  const short = shortScopes(findings, apisOfToken(client, token.identity.audience.value, isOurs))
  // A note says by which name the token has it.
  const others = rest.filter(
    ({ note, values }) => note === undefined && !short.some(({ asked }) => asked === values.expected),
  )
  const words = short.map(inOtherWords)
  if (words.length > 0 && others.length === 0) return words.join('. ')
  const ask = isOurs
    ? (askForRights(others, token, profile) ?? `See the findings above. ${ALL_CLAIMS}`)
    : 'See the findings above. ls-auth whoami --token - shows all claims of a token.'
  return [...words, ask].join('. ')
}

const ALL_CLAIMS = 'ls-auth whoami shows all claims.'

const inOtherWords = ({ asked, held }: ShortScope): string =>
  `The token calls ${safeText(asked, 120)} by its last part only. Use that in check and expect: --scope ${shellWord(held)}`

/** How a person gets the scopes and groups that the token lacks: who gives them, and what comes next. */
export function askForRights(
  findings: readonly Finding[],
  { identity }: Inspected,
  { client }: Profile,
): string | undefined {
  const issuer = identity.issuer.value ?? client.issuer
  if (client.workload || issuer === undefined || !URL.canParse(issuer)) return undefined
  const host = safeText(new URL(issuer).host, 120)
  const lacking = (what: string, as: Finding['verdict']) =>
    findings.filter(({ assertion, verdict }) => assertion === what && verdict === as)
  const scopes = lacking('scope', 'fail').map(({ values }) => values.expected as string)
  const groups = lacking('group', 'fail')
  const noGroups = lacking('group', 'unknown').some(({ reason }) => reason === 'claim-absent')
  const sentences = [
    ...(scopes.length + groups.length > 0 ? [toGet(scopes, groups, client.preset.scopes, host)] : []),
    ...(noGroups
      ? [
          `The token has no claim with groups. Whoever manages ${host} can add it to the tokens of this client.`,
        ]
      : []),
  ]
  return sentences.length === 0 ? undefined : [...sentences, ALL_CLAIMS].join(' ')
}

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
  const people = [
    // Where the sign-in asks for a scope already, asking once more gives the same token.
    ...(unasked.length < scopes.length
      ? [`ask the client's administrator at ${host} to allow the scope`]
      : []),
    ...(groups.length > 0 ? [`ask the group administrator at ${host} to add you`] : []),
  ].join(', and ')
  if (people === '')
    return `${lack} Sign in again and ask for ${scopes.length > 1 ? 'them' : 'it'}: ${login}.`
  return `${lack} ${people.replace('a', 'A')}, then sign in again: ${login}.`
}

function groupText({ values }: Finding): string {
  const names = (values.expected as readonly string[]).map((name) => safeText(name, 80))
  return names.length === 1 ? `the group ${names[0]}` : `one of the groups ${names.join(', ')}`
}
