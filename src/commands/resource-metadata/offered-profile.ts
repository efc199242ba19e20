import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { chooseProfile, type Profile } from '../../settings/profile.ts'
import { isTyped } from '../../settings/setting-key.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { commandLine } from '../command-line.ts'
import { flagsOf, type Invocation } from '../invocation.ts'
import { requireBindable } from './bound-tokens.ts'
import type { Offer } from './offer.ts'
import { tableOf } from './profile-of-resource.ts'
import type { Resource } from './resource.ts'

type Values = Readonly<Record<string, unknown>>

/** What a profile becomes by what its API says; nothing is written yet. */
export interface OfferedProfile {
  readonly name: string
  /** The settings that it has now; undefined: it is new. */
  readonly before: Values | undefined
  /** What the API would change in it; undefined takes a setting away. Empty: it has all of that. */
  readonly values: Values
  /** What is written once the person agrees: the same, but with the issuer, client and flags of this run. */
  readonly saved: Values
  /** With these settings, and the flags and variables of this run, which win. */
  readonly profile: Profile
}

/**
 * Joins what the API says, what the profile has, and what was typed: flags and variables win, and what the API does not
 * say stays. Failures: `usage` (several issuers), `settings`, `refused`, `cannot-do` (a setting of a newer version),
 * `api-failed` (what it says does not go together).
 */
export function offeredProfile(
  invocation: Invocation,
  settings: Settings,
  name: string,
  offer: Offer,
  resource: Resource,
  issuer: string,
): OfferedProfile {
  const before = tableOf(settings, name)
  const offered: Values = {
    issuer,
    // The id of a client means nothing to another issuer.
    ...(before?.issuer !== undefined && before.issuer !== issuer && { client_id: undefined }),
    ...(before?.api === undefined && { api: resource.url.href }),
    ...offer.values,
    // Only ever tightened by others: an API that takes bearer tokens does not undo what a person has chosen.
    ...(offer.bound && { dpop: true }),
  }
  for (const key of Object.keys(offer.values)) requireSetting(key)
  const resolved = (values: Values) => resolveWith(invocation, settings, name, { ...before, ...values })
  if (offer.bound) requireBindable(resolved({ ...offered, dpop: before?.dpop }), settings, offer, resource)
  const first = resolved(offered)
  const scopes = withScopes(invocation, first.client.preset.scopes, offer.scopes)
  const all = scopes === undefined ? offered : { ...offered, scopes }
  const values = Object.fromEntries(
    Object.entries(all).filter(([key, value]) => !isDeepStrictEqual(before?.[key], value)),
  )
  const profile = scopes === undefined ? first : resolved(all)
  return { name, before, values, saved: { ...values, ...chosenNow(invocation, profile) }, profile }
}

/** The profile as it would be in the user's settings file. */
function resolveWith(invocation: Invocation, settings: Settings, name: string, table: Values): Profile {
  const set = Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined))
  const config = { ...settings.config, profiles: { ...settings.config.profiles, [name]: set } }
  const flags = flagsOf(invocation, { newProfile: true, profile: name })
  return chooseProfile({ ...settings, config }, flags, invocation.ports.env)
}

/** What was shown is what is saved: `login` refuses a profile that is for another client than this run. */
function chosenNow({ settings }: Invocation, { client, resolved }: Profile): Values {
  const typed = SETTING_TABLE.filter((row) => !row.ofOneRun && isTyped(row, settings)).map(({ key }) => [
    key,
    resolved[key as keyof Profile['resolved']].value,
  ])
  const { issuer, clientId } = client
  return { ...Object.fromEntries(typed), issuer, ...(clientId !== undefined && { client_id: clientId }) }
}

/** The scopes with those of the API behind them; undefined: they have them, or --scopes has named all of them. */
function withScopes(
  { settings }: Invocation,
  scopes: readonly string[],
  wanted: readonly string[],
): readonly string[] | undefined {
  if (settings.scopes !== undefined || wanted.every((scope) => scopes.includes(scope))) return undefined
  return [...new Set([...scopes, ...wanted])]
}

function requireSetting(key: string): void {
  if (SETTING_TABLE.some((row) => row.key === key)) return
  throw new Failure('cannot-do', `the API asks for the setting ${key}, which this ls-auth does not have`, {
    hint: 'Upgrade ls-auth.',
  })
}

/** The issuer to sign in at: the one that was typed, else the only one. Failure `usage`: several, and none was typed. */
export function chooseIssuer(invocation: Invocation, { issuers }: Offer): string {
  const typed = invocation.settings.issuer
  const [first = '', ...others] = issuers
  if (typeof typed === 'string') return typed
  if (others.length === 0) return first
  throw new Failure('usage', `the API trusts ${issuers.length} issuers`, {
    detail: issuers.map((issuer) => commandLine(invocation, { issuer })),
    hint: 'Choose the one where you have an account, with --issuer.',
  })
}
