import { accessLevel, misalignment } from '../claims/access-level.ts'
import type { Inspected } from '../claims/inspect.ts'
import type { Held, Identity } from '../claims/normalise.ts'
import { Failure } from '../errors.ts'
import type { Style } from '../ports.ts'
import { safeText } from '../safe-text.ts'
import { formatDuration } from '../settings/duration.ts'
import type { Profile } from '../settings/profile.ts'
import { globals, type Invocation, loadProfile, printJson } from './invocation.ts'
import { readSubjects, type Subjects } from './subject.ts'

/** `ls-auth whoami`: the identity and the claims of the tokens, each with the claim it came from. */
export async function whoami(invocation: Invocation): Promise<void> {
  const { settings, profile } = await loadProfile(invocation)
  const subjects = await readSubjects(invocation, profile, settings)
  if (invocation.options.raw === true) return printRaw(invocation, subjects)
  const anew = invocation.options.verify === true
  const check = (subject: Inspected | undefined) => subject && verifyKindly(subjects, subject, anew)
  const [id, access] = [await check(subjects.id), await check(subjects.access)]
  const now = invocation.ports.clock.now() + subjects.skewSeconds * 1000
  const view = { profile, subjects, id, access, now }
  if (globals(invocation).json) return printJson(invocation, toJson(view))
  await print(invocation, view)
}

interface View {
  readonly profile: Profile
  readonly subjects: Subjects
  readonly id: Inspected | undefined
  readonly access: Inspected | undefined
  readonly now: number
}

/** Without a network whoami still shows the claims, and says that nothing was verified. `--verify` insists. */
async function verifyKindly(subjects: Subjects, subject: Inspected, anew: boolean): Promise<Inspected> {
  try {
    return await subjects.verify(subject, { offline: false, anew })
  } catch (error) {
    if (anew || !(error instanceof Failure)) throw error
    return subject
  }
}

async function printRaw(invocation: Invocation, { id, access }: Subjects): Promise<void> {
  const raw = (token: Inspected | undefined) =>
    token &&
    (token.jwt
      ? { header: token.jwt.header, payload: token.jwt.payload }
      : { opaque: true, problem: token.problem?.detail ?? null })
  await printJson(invocation, { id_token: raw(id) ?? null, access_token: raw(access) ?? null })
}

const CONCEPTS: readonly [keyof Identity, string][] = [
  ['subject', 'subject'],
  ['userName', 'name'],
  ['email', 'email'],
  ['issuer', 'issuer'],
  ['client', 'client'],
  ['audience', 'audience'],
  ['scopes', 'scopes'],
  ['groups', 'groups'],
  ['roles', 'roles'],
  ['tenant', 'tenant'],
  ['authTime', 'signed in at'],
  ['mfa', 'MFA'],
  ['sessionId', 'session id'],
  ['tokenId', 'token id'],
]
/** Concepts about a person are read from the ID token first, about permission from the access token first. */
const FROM_ACCESS = new Set<keyof Identity>(['client', 'audience', 'scopes', 'groups', 'roles', 'tokenId'])

function lookUp(
  view: View,
  concept: keyof Identity,
): { held: Held<NonNullable<unknown>>; from: 'id' | 'access' } | undefined {
  const order = FROM_ACCESS.has(concept) ? (['access', 'id'] as const) : (['id', 'access'] as const)
  const found = order.flatMap((from) => {
    const held = view[from]?.identity[concept]
    return held ? [{ held, from }] : []
  })
  return (
    found.find(({ held }) => held.value !== undefined) ??
    found.find(({ held }) => held.value === undefined && held.status === 'overage') ??
    found[0]
  )
}

const value = (view: View, concept: keyof Identity): unknown => lookUp(view, concept)?.held.value

async function print(invocation: Invocation, view: View): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const title =
    value(view, 'email') ?? value(view, 'userName') ?? value(view, 'subject') ?? 'somebody without a name'
  const lines = [style.bold(safeText(String(title), 200))]
  for (const [concept, label] of CONCEPTS) {
    const found = lookUp(view, concept)
    const text = found && say(concept, found.held)
    if (text === undefined) continue
    const source =
      found?.held.value === undefined
        ? ''
        : `${found.held.source}, ${found.from === 'id' ? 'ID token' : 'access token'}`
    lines.push(
      `  ${label.padEnd(13)} ${safeText(text, 400)}${source ? style.dim(`  [${safeText(source, 80)}]`) : ''}`,
    )
  }
  lines.push(...accessLines(view, style), ...tokenLines(view, style))
  await terminal.out(`${lines.join('\n')}\n`)
}

function say(concept: keyof Identity, held: Held<NonNullable<unknown>>): string | undefined {
  if (held.value === undefined) {
    if (held.status === 'overage') return 'not in the token: there are too many'
    return concept === 'groups' || concept === 'scopes' ? 'not in the token' : undefined
  }
  if (concept === 'authTime') return new Date((held.value as number) * 1000).toISOString()
  if (held.value === true) return 'yes'
  return Array.isArray(held.value) ? held.value.join(' ') || 'none' : String(held.value)
}

/** What scopes and groups amount to by the profile's `[access]`, and where the two disagree. */
function accessLines(view: View, style: Style): string[] {
  const { access: table } = view.profile
  if (!table) return []
  const [scopes, groups] = [value(view, 'scopes'), value(view, 'groups')] as (readonly string[] | undefined)[]
  const { level, certain } = accessLevel(scopes, groups, table)
  return [
    `  ${'access'.padEnd(13)} ${level ?? 'none'}${certain ? '' : ' (perhaps more: the token does not tell)'}`,
    ...misalignment(scopes, groups, table).map(
      ({ ask }) => `  ${style.yellow('misaligned')}    ${safeText(ask, 400)}`,
    ),
  ]
}

function tokenLines(view: View, style: Style): string[] {
  return (['id', 'access'] as const).flatMap((use) => {
    const token = view[use]
    if (!token) return []
    const facts = [describeForm(token), describeTime(token, view, use), describeSignature(token, view, style)]
    return [
      `  ${(use === 'id' ? 'ID token' : 'access token').padEnd(13)} ${facts.filter(Boolean).join(', ')}`,
    ]
  })
}

function describeForm(token: Inspected): string {
  if (token.problem) return `unreadable (${token.problem.detail})`
  return token.opaque ? 'opaque: only its API can read it' : 'JWT'
}

function secondsLeft(token: Inspected, view: View, use: 'id' | 'access'): number | undefined {
  const local = use === 'access' ? view.subjects.expiresAt : undefined
  if (local !== undefined) return (local + view.subjects.skewSeconds * 1000 - view.now) / 1000
  const exp = token.identity.expiresAt.value
  return exp === undefined ? undefined : exp - view.now / 1000
}

function describeTime(token: Inspected, view: View, use: 'id' | 'access'): string {
  const left = secondsLeft(token, view, use)
  if (left === undefined) return ''
  return left > 0 ? `${formatDuration(left)} left` : `expired ${formatDuration(-left)} ago`
}

function describeSignature(token: Inspected, view: View, style: Style): string {
  if (token.opaque) return ''
  if (token.signature === 'verified') return style.green('signature verified')
  if (token.answer && !token.answer.verified) {
    const detail = safeText(token.answer.detail, 200)
    return token.signature === 'bad'
      ? style.red(`SIGNATURE WRONG: ${detail}`)
      : style.yellow(`signature not verified: ${detail}`)
  }
  const foreign = token.identity.issuer.value !== view.profile.issuer
  const why = foreign
    ? 'its issuer is not the one of this profile'
    : 'the provider’s keys could not be fetched'
  return style.yellow(`signature not verified: ${why}`)
}

function toJson(view: View): unknown {
  const identity = Object.fromEntries(
    CONCEPTS.map(([concept]) => {
      const found = lookUp(view, concept)
      if (!found) return [snake(concept), null]
      const { held, from } = found
      return [
        snake(concept),
        held.value === undefined
          ? { value: null, status: held.status }
          : { value: held.value, claim: held.source, token: from },
      ]
    }),
  )
  const table = view.profile.access
  const [scopes, groups] = [value(view, 'scopes'), value(view, 'groups')] as (readonly string[] | undefined)[]
  const token = (use: 'id' | 'access') => {
    const one = view[use]
    if (!one) return null
    const left = secondsLeft(one, view, use)
    return {
      kind: one.kind,
      format: one.opaque ? 'opaque' : 'jwt',
      signature: one.signature,
      signature_detail: one.answer && !one.answer.verified ? one.answer.detail : null,
      expires_in: left === undefined ? null : Math.floor(left),
    }
  }
  return {
    profile: view.subjects.origin === 'session' ? view.profile.name : null,
    identity,
    id_token: token('id'),
    access_token: token('access'),
    access: table
      ? { ...accessLevel(scopes, groups, table), misaligned: misalignment(scopes, groups, table) }
      : null,
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (char) => `_${char.toLowerCase()}`)
