import { accessLevel, misalignment } from '../claims/access-level.ts'
import { quoted } from '../claims/claim-shape.ts'
import type { Inspected } from '../claims/inspect.ts'
import type { ClaimValue, Identity } from '../claims/normalise.ts'
import type { Pen } from '../frame/answer.ts'
import type { Style } from '../ports/terminal.ts'
import { workloadWords } from '../providers/workload-sources.ts'
import { shortDuration } from '../settings/duration.ts'
import { displayWidth } from '../text/display-width.ts'
import { safeText } from '../text/safe-text.ts'
import { wrap } from '../text/wrap.ts'
import { instant } from '../time/instant.ts'
import {
  boundKey,
  CONCEPTS,
  heldNames,
  lifeLeft,
  otherOf,
  placeOf,
  type Source,
  type View,
  value,
} from './identity-view.ts'
import { whyNotVerified } from './signature-words.ts'

const INDENT = ' '.repeat(16)
/** Characters of one value. */
const LONGEST = 4000
const PLACES = { id: 'ID token', access: 'access token', userinfo: 'userinfo' } as const

/** The identity: one concept in a line, with its claim and token. */
export function identityLines(view: View, { width, style }: Pen): string[] {
  const isReadable = view.id?.opaque === false || view.access?.opaque === false
  const title =
    value(view, 'email') ??
    value(view, 'userName') ??
    value(view, 'subject') ??
    (isReadable
      ? 'somebody without a name'
      : 'nobody can tell: the token says nothing that could be read here')
  return [
    style.bold(safeText(String(title), 200)),
    ...workload(),
    ...(isReadable ? [...CONCEPTS.flatMap(conceptLines), ...accessLines()] : []),
    ...(['id', 'access'] as const).flatMap(tokenLine),
    ...boundLine(),
  ]

  /** A label and its text, or the values of a list, wrapped with indent. */
  function labelled(label: string, text: string | readonly string[]): string {
    return `  ${label.padEnd(13)} ${wrap(text, width - INDENT.length, '').replaceAll('\n', `\n${INDENT}`)}`
  }

  /** A program: where its proof comes from, and what the platform says that it is. */
  function workload(): string[] {
    const { workload } = view.profile.client
    if (!workload || view.tokens.origin !== 'session') return []
    const words = workloadWords(view.tokens.proofClaims)
    const { source, grant } = workload
    const from = source.kind === 'none' ? grant : `${source.name}, ${grant}`
    return [labelled('workload', `${safeText(from, 200)}${words && `: ${safeText(words, 1000)}`}`)]
  }

  function conceptLines([concept, label]: (typeof CONCEPTS)[number]): string[] {
    const found = placeOf(view, concept)
    const text = found && valueWords(concept, found.held)
    if (text === undefined) return []
    const doubt = concept === 'email' && value(view, 'emailVerified') === false ? ' (unverified)' : ''
    const shown = labelled(
      label,
      typeof text === 'string' ? safeText(text, LONGEST) + doubt : text.map((one) => safeText(one, LONGEST)),
    )
    const line = found?.held.value === undefined ? shown : withSource(shown, found.held.source, found.from)
    const other = concept === 'subject' || concept === 'issuer' ? otherOf(view, concept) : undefined
    if (other?.value === undefined) return [line]
    const second = style.yellow(labelled(`other ${label}`, safeText(other.value, LONGEST)))
    return [line, withSource(second, other.source, 'access')]
  }

  function withSource(shown: string, claim: string, from: Source): string {
    const source = `[${safeText(claim, 80)}, ${PLACES[from]}]`
    const last = displayWidth(shown.slice(shown.lastIndexOf('\n') + 1))
    const gap = last + 2 + source.length <= width ? '  ' : `\n${INDENT}`
    return `${shown}${gap}${style.dim(source)}`
  }

  /** The access level by the profile's `[access]` table, and where scopes and groups disagree. */
  function accessLines(): string[] {
    const { access: table } = view.profile
    if (!table) return []
    const [scopes, groups] = [heldNames(view, 'scopes'), heldNames(view, 'groups')]
    const { level, certain } = accessLevel(scopes, groups, table)
    return [
      `  ${'access'.padEnd(13)} ${level ?? 'none'}${certain ? '' : ' (perhaps more: the token does not tell)'}`,
      ...misalignment(scopes, groups, table).map(({ ask }) =>
        labelled('misaligned', safeText(ask, 1000)).replace('misaligned', style.yellow('misaligned')),
      ),
    ]
  }

  function tokenLine(use: 'id' | 'access'): string[] {
    const token = view[use]
    if (!token) return []
    const form = token.problem
      ? `unreadable (${token.problem.detail})`
      : token.opaque
        ? 'opaque: only its API can read it'
        : 'JWT'
    const left = lifeLeft(token, view, use)
    const time =
      left === undefined
        ? ''
        : left > 0
          ? `${shortDuration(left)} left`
          : `expired ${shortDuration(-left)} ago`
    const [words, paint] = signatureWords(token, view, style)
    const shown = labelled(
      use === 'id' ? 'ID token' : 'access token',
      [form, time, words].filter(Boolean).join(', '),
    )
    return [shown.replace(/\S.*/g, paint)]
  }

  /** Which key the access token is bound to: without that key nobody can use it. */
  function boundLine(): string[] {
    const bound = boundKey(view)
    if (!bound) return []
    const { thumbprint, isOurs } = bound
    if (thumbprint === undefined)
      return [
        style.yellow(
          labelled('bound key', 'none in the access token, although the provider calls it bound (DPoP)'),
        ),
      ]
    const whose =
      isOurs === undefined
        ? 'only its sign-in has it'
        : isOurs
          ? 'the key of this sign-in'
          : 'NOT the key of this sign-in: its API will refuse it'
    const shown = labelled('bound key', `${safeText(thumbprint, 100)}, ${whose}`)
    return [isOurs === false ? style.red(shown) : shown]
  }
}

function valueWords(
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
  const values = held.value.map(quoted)
  return held.isPart ? [...values, '(more, in a shape that ls-auth does not read)'] : values
}

function signatureWords(
  token: Inspected,
  view: View,
  style: Style,
): [words: string, paint: (text: string) => string] {
  if (token.opaque) return ['', (text) => text]
  const why = whyNotVerified(token, { issuer: view.profile.client.issuer, notAsked: view.notAsked })
  if (why === undefined) return ['signature verified', (text) => text]
  if (why === view.notAsked) return [`signature not verified (${why})`, style.yellow]
  if (token.signature === 'bad') return [`SIGNATURE WRONG: ${why}`, style.red]
  return [`signature ${token.notForUs ? 'not for us to check' : 'not verified'}: ${why}`, style.yellow]
}
