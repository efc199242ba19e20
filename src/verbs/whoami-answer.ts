import { accessLevel, misalignment } from '../claims/access-level.ts'
import { quoted } from '../claims/claim-shape.ts'
import type { Inspected } from '../claims/inspect.ts'
import type { ClaimValue, Identity } from '../claims/normalise.ts'
import { type Invocation, printText } from '../commands/invocation.ts'
import type { Style } from '../ports/terminal.ts'
import { workloadWords } from '../providers/workload-sources.ts'
import { shortDuration } from '../settings/duration.ts'
import { displayWidth } from '../text/display-width.ts'
import { safeText } from '../text/safe-text.ts'
import { wrap } from '../text/wrap.ts'
import { instant } from '../time/instant.ts'
import {
  CONCEPTS,
  heldNames,
  lifeLeft,
  otherIssuer,
  otherSubject,
  placeOf,
  type Source,
  type View,
  value,
} from './identity-view.ts'
import { boundKey, whyNotVerified } from './signature-words.ts'

/** Prints the identity: one concept in a line, with its claim and token. */
export async function printIdentity(invocation: Invocation, view: View): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const readable = view.id?.opaque === false || view.access?.opaque === false
  const title =
    value(view, 'email') ??
    value(view, 'userName') ??
    value(view, 'subject') ??
    (readable ? 'somebody without a name' : 'nobody can tell: the token says nothing that could be read here')
  const lines = [style.bold(safeText(String(title), 200)), ...workloadLine(view, terminal.columns)]
  if (readable)
    lines.push(...identityLines(view, terminal.columns, style), ...accessLines(view, terminal.columns, style))
  lines.push(...tokenLines(view, terminal.columns, style), ...boundLine(view, terminal.columns, style))
  await printText(invocation, `${lines.join('\n')}\n`)
}

/** A program: where its proof comes from, and what the platform says that it is. */
function workloadLine({ profile, tokens }: View, columns: number): string[] {
  const { workload } = profile.client
  if (!workload || tokens.origin !== 'session') return []
  const words = workloadWords(tokens.proofClaims)
  const { source, grant } = workload
  const from = source.kind === 'none' ? grant : `${source.name}, ${grant}`
  return [labelled('workload', `${safeText(from, 200)}${words && `: ${safeText(words, 1000)}`}`, columns)]
}

/** A label and its text, or the values of a list, wrapped with indent. */
function labelled(label: string, text: string | readonly string[], columns: number): string {
  return `  ${label.padEnd(13)} ${wrap(text, columns - INDENT.length, '').replaceAll('\n', `\n${INDENT}`)}`
}
const INDENT = ' '.repeat(16)
/** Characters of one value. */
const LONGEST = 4000

const PLACES = { id: 'ID token', access: 'access token', userinfo: 'userinfo' } as const

function identityLines(view: View, columns: number, style: Style): string[] {
  return CONCEPTS.flatMap(([concept, label]) => {
    const found = placeOf(view, concept)
    const text = found && describeValue(concept, found.held)
    if (text === undefined) return []
    const doubt = concept === 'email' && value(view, 'emailVerified') === false ? ' (unverified)' : ''
    const shown = labelled(
      label,
      typeof text === 'string' ? safeText(text, LONGEST) + doubt : text.map((one) => safeText(one, LONGEST)),
      columns,
    )
    const line = found?.held.value === undefined ? shown : withSource(shown, found.held.source, found.from)
    if (concept === 'subject') return [line, ...otherLines('other subject', otherSubject(view))]
    return concept === 'issuer' ? [line, ...otherLines('other issuer', otherIssuer(view))] : [line]
  })

  function otherLines(label: string, other: ClaimValue<string> | undefined): string[] {
    if (other?.value === undefined) return []
    const shown = labelled(label, safeText(other.value, LONGEST), columns)
    return [withSource(style.yellow(shown), other.source, 'access')]
  }

  function withSource(shown: string, claim: string, from: Source): string {
    const source = `[${safeText(claim, 80)}, ${PLACES[from]}]`
    const last = displayWidth(shown.slice(shown.lastIndexOf('\n') + 1))
    const gap = last + 2 + source.length <= columns ? '  ' : `\n${INDENT}`
    return `${shown}${gap}${style.dim(source)}`
  }
}

function describeValue(
  concept: keyof Identity,
  held: ClaimValue<NonNullable<unknown>>,
): string | readonly string[] | undefined {
  if (held.value === undefined) {
    if (held.status === 'overage') return 'not in the token: there are too many'
    if (held.status === 'unreadable') return 'in the token, in a shape that ls-auth does not read'
    if (concept !== 'groups' && concept !== 'scopes') return undefined
    return held.status === 'unsupported' ? 'never in tokens of this provider' : 'not in the token'
  }
  if (concept === 'authTime') return instant(held.value as number)
  if (held.value === true) return 'yes'
  if (!Array.isArray(held.value)) return String(held.value)
  if (held.value.length === 0) return 'none'
  return [
    ...held.value.map(quoted),
    ...(held.isPart ? ['(more, in a shape that ls-auth does not read)'] : []),
  ]
}

/** The access level by the profile's `[access]` table, and where scopes and groups disagree. */
function accessLines(view: View, columns: number, style: Style): string[] {
  const { access: table } = view.profile
  if (!table) return []
  const [scopes, groups] = [heldNames(view, 'scopes'), heldNames(view, 'groups')]
  const { level, certain } = accessLevel(scopes, groups, table)
  return [
    `  ${'access'.padEnd(13)} ${level ?? 'none'}${certain ? '' : ' (perhaps more: the token does not tell)'}`,
    ...misalignment(scopes, groups, table).map(({ ask }) =>
      labelled('misaligned', safeText(ask, 1000), columns).replace('misaligned', style.yellow('misaligned')),
    ),
  ]
}

function tokenLines(view: View, columns: number, style: Style): string[] {
  return (['id', 'access'] as const).flatMap((use) => {
    const token = view[use]
    if (!token) return []
    const [words, paint] = describeSignature(token, view, style)
    const facts = [describeForm(token), describeTime(token, view, use), words].filter(Boolean).join(', ')
    const shown = labelled(use === 'id' ? 'ID token' : 'access token', facts, columns)
    return [shown.replace(/\S.*/g, paint)]
  })
}

/** Which key the access token is bound to: without that key nobody can use it. */
function boundLine(view: View, columns: number, style: Style): string[] {
  const bound = boundKey(view)
  if (!bound) return []
  const { thumbprint, isOurs } = bound
  const line = (text: string) => labelled('bound key', text, columns)
  if (thumbprint === undefined)
    return [style.yellow(line('none in the access token, although the provider calls it bound (DPoP)'))]
  const whose =
    isOurs === undefined
      ? 'only its sign-in has it'
      : isOurs
        ? 'the key of this sign-in'
        : 'NOT the key of this sign-in: its API will refuse it'
  const shown = line(`${safeText(thumbprint, 100)}, ${whose}`)
  return [isOurs === false ? style.red(shown) : shown]
}

function describeForm(token: Inspected): string {
  if (token.problem) return `unreadable (${token.problem.detail})`
  return token.opaque ? 'opaque: only its API can read it' : 'JWT'
}

function describeTime(token: Inspected, view: View, use: 'id' | 'access'): string {
  const left = lifeLeft(token, view, use)
  if (left === undefined) return ''
  return left > 0 ? `${shortDuration(left)} left` : `expired ${shortDuration(-left)} ago`
}

type Paint = (text: string) => string
const plain: Paint = (text) => text

function describeSignature(token: Inspected, view: View, style: Style): [words: string, paint: Paint] {
  if (token.opaque) return ['', plain]
  const why = whyNotVerified(token, { issuer: view.profile.client.issuer, notAsked: view.notAsked })
  if (why === undefined) return ['signature verified', plain]
  if (why === view.notAsked) return [`signature not verified (${why})`, style.yellow]
  if (token.signature === 'bad') return [`SIGNATURE WRONG: ${why}`, style.red]
  return [
    `${token.notForUs ? 'signature not for us to check' : 'signature not verified'}: ${why}`,
    style.yellow,
  ]
}
