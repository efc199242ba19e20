import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { chooseProfile, type Profile } from '../../settings/profile.ts'
import { defaultName, isProfileName, profileNames } from '../../settings/profile-name.ts'
import { isTyped } from '../../settings/setting-key.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { checkBaseUrl } from '../../settings/urls.ts'
import { hindersDpop } from '../../settings/valid-setting.ts'
import { safeText } from '../../text/safe-text.ts'
import { commandLine } from '../command-line.ts'
import { flagsOf, globals, type Invocation } from '../invocation.ts'
import { broken, type Resource } from './resource-address.ts'
import type { Offer } from './resource-offer.ts'

type Values = Readonly<Record<string, unknown>>

/** A profile with the settings of its API; not written yet. */
export interface OfferedProfile {
  readonly name: string
  /** The settings that it has now; undefined: it is new. */
  readonly before: Values | undefined
  /** What the API would change in it; undefined takes a setting away. Empty: it has all of that. */
  readonly values: Values
  /** The values to write once the person agrees: the same, but with the issuer, client and flags of this run. */
  readonly saved: Values
  /** Of its scopes: those that are kept only where the provider lists them. */
  readonly optionalScopes?: readonly string[]
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
    // Who signs in has tokens sent.
    ...(before?.authorization === 'none' && { authorization: undefined }),
    ...(before?.api === undefined && { api: resource.url.href }),
    ...(before?.issuer !== issuer && before?.resource === undefined && { resource: offer.resource }),
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
  const optionalScopes = first.client.optionalScopes?.filter((scope) => !offer.scopes.includes(scope))
  return {
    name,
    before,
    values,
    saved: { ...values, ...chosenNow(invocation, profile) },
    profile,
    ...(scopes !== undefined && optionalScopes && { optionalScopes }),
  }
}

/** The profile as it would be in the user's settings file. */
function resolveWith(invocation: Invocation, settings: Settings, name: string, table: Values): Profile {
  const set = Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined))
  const config = { ...settings.config, profiles: { ...settings.config.profiles, [name]: set } }
  const flags = flagsOf(invocation, { newProfile: true, profile: name })
  return chooseProfile({ ...settings, config }, flags, invocation.ports.env)
}

/** The shown values are saved: `login` refuses a profile for another client than this run. */
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

/** The issuer to sign in at: the typed one, else the only one. Failure `usage`: several, and none was typed. */
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

/**
 * For an API that takes only tokens bound to a key: the profile must have these tokens. Judged before `dpop = true` is among
 * its settings: no person has written it in the file that a fault of it would name. `profile`: without it. Failures: `settings`
 * (another setting is in the way), `api-failed` (the API asks for that setting as well).
 */
function requireBindable(
  profile: Profile,
  settings: Settings,
  offer: Pick<Offer, 'values'>,
  { url }: Resource,
): void {
  const { resolved } = profile
  // What a person has chosen for this run wins.
  if (/^(?:--|LS_AUTH_)/.test(resolved.dpop.source)) return
  const found = hindersDpop((name) => resolved[name].value)
  if (found === undefined) return
  const host = safeText(url.host, 200)
  const isOffered = Object.hasOwn(offer.values, found.setting)
  if (isOffered && resolved[found.setting].source === settings.config.path)
    throw broken('requires DPoP and another header than Authorization')
  throw new Failure(
    'settings',
    `${host} requires DPoP, which the profile ${safeText(profile.name, 60)} cannot be`,
    {
      detail: [found.why],
      hint: `Undo it: ls-auth profile set ${found.setting} --unset --profile ${safeText(profile.name, 60)}`,
    },
  )
}

/** The table of a profile, of both settings files; undefined: there is none of that name. */
export function tableOf(
  { config, system }: Settings,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  if (!profileNames({ config, system } as Settings).includes(name)) return undefined
  return { ...system.profiles[name], ...config.profiles[name] }
}

/**
 * The profile for a resource: the named one, the one with its address, else a new one named for the host. Failures `settings`:
 * the named one is for another API, several have this one.
 */
export function profileNameFor(invocation: Invocation, settings: Settings, resource: Resource): string {
  const named = globals(invocation).profile ?? invocation.ports.env.variables.LS_AUTH_PROFILE
  if (named) return checkNamed(named, settings, resource)
  const found = profileNames(settings).filter((name) => {
    const table = tableOf(settings, name)
    return table?.workload === undefined && isFor(table, resource)
  })
  const [first, ...others] = found
  if (first === undefined) return freeName(resource, profileNames(settings))
  if (others.length === 0) return first
  const preferred = defaultName(settings)
  if (preferred !== undefined && found.includes(preferred)) return preferred
  throw new Failure('settings', `several profiles are for ${safeText(resource.url.host, 200)}`, {
    hint: `Choose one with --profile: ${found.map((name) => safeText(name, 60)).join(', ')}`,
  })
}

function checkNamed(name: string, settings: Settings, resource: Resource): string {
  const table = tableOf(settings, name)
  if (table?.api === undefined || isFor(table, resource)) {
    if (table !== undefined || isProfileName(name)) return name
    throw new Failure('usage', `"${safeText(name, 60)}" cannot be a profile name`, {
      hint: 'Use letters, digits, and . _ - @',
    })
  }
  throw new Failure('settings', `the profile ${safeText(name, 60)} is for another API`, {
    detail: [`it has ${safeText(String(table.api), 200)}`],
    hint: 'Choose another with --profile, or drop --profile.',
  })
}

/** Whether a profile has this address as its API. A slash at the end makes no difference to a base URL. */
function isFor(table: Readonly<Record<string, unknown>> | undefined, { url }: Resource): boolean {
  if (typeof table?.api !== 'string') return false
  try {
    return withoutSlash(checkBaseUrl(table.api, 'none')) === withoutSlash(url)
  } catch (error) {
    // A profile with a wrong address is for no API.
    if (error instanceof Failure) return false
    throw error
  }
}

const withoutSlash = ({ href }: URL): string => href.replace(/\/$/, '')

/** Labels of hosts that name no team or place. */
const GENERAL = /^(www|api|gw|gateway|localhost)$/

/** A name to type that no profile has: the first label of the host that says something, with a number where it is taken. */
function freeName({ url }: Resource, taken: readonly string[]): string {
  const labels = /^[\d.]+$|:/.test(url.hostname) ? [] : url.hostname.split('.')
  const label = labels.find((one) => !GENERAL.test(one) && isProfileName(one)) ?? ''
  const base = label.slice(0, 50) || 'work'
  let name = base
  for (let next = 2; taken.includes(name); next++) name = `${base}-${next}`
  return name
}
