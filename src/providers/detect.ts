import { unknownChoice } from '../unknown-choice.ts'
import type { IssuerPlace, Preset } from './preset.ts'
import { isProviderId, PRESETS, PROVIDER_IDS, type ProviderId } from './presets.ts'

const PLACES = PROVIDER_IDS.flatMap((id) => (PRESETS[id].issuers ?? []).map((place) => ({ ...place, id })))
const hasHost = ({ hosts, like }: IssuerPlace): boolean => hosts !== undefined || like !== undefined

/** The first match wins. On a customer's own domain only the path shows the provider. */
const IN_ORDER = [...PLACES.filter(hasHost), ...PLACES.filter((place) => !hasHost(place))]

const isAt = (place: IssuerPlace, host: string): boolean =>
  !hasHost(place) ||
  place.hosts?.some((known) => (known.startsWith('.') ? host.endsWith(known) : host === known)) === true ||
  place.like?.test(host) === true

/**
 * The provider of an issuer, `generic` when it is not recognised: with a custom domain the profile must name the
 * provider. Selects defaults only; no trust follows from it.
 */
export function detectProvider(issuer: string): ProviderId {
  // Google's tokens may have an `iss` without a scheme.
  const text = issuer.includes('://') ? issuer : `https://${issuer}`
  if (!URL.canParse(text)) return 'generic'
  const { hostname, pathname } = new URL(text)
  const place = IN_ORDER.find((one) => isAt(one, hostname) && (one.path?.test(pathname) ?? true))
  return place?.id ?? 'generic'
}

/** The preset that a profile names, else the one of its issuer. Failure `settings`: unknown name. */
export function presetFor(issuer: string, provider?: string): Preset {
  if (provider === undefined) return PRESETS[detectProvider(issuer)]
  if (isProviderId(provider)) return PRESETS[provider]
  throw unknownChoice('settings', 'provider', provider, PROVIDER_IDS)
}
