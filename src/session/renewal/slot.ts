import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { OF_OPENID } from '../../providers/scope-names.ts'
import { safeText } from '../../text/safe-text.ts'
import { grantParameters } from '../protocol/grant-parameters.ts'
import type { Tokens } from '../protocol/tokens.ts'
import type { SessionBody } from '../store/session-file.ts'
import { inspectOwn } from '../verification.ts'
import { isPlain, type Want } from './freshness.ts'
import { narrowedForGood } from './step.ts'

/** Tokens for other scopes or another API beside the session's own: how they are asked for, and whether they came. */

/** What the session has of the scopes that were asked for at sign-in, and whether it was narrowed since. */
type Granted = Pick<SessionBody, 'grantedScope' | 'narrowed'>

/**
 * A token for another API or a narrower scope is asked for at the renewal (RFC 6749 §6, RFC 8707 §2.2). The session's own is
 * not, with two exceptions. Its refresh token came with one of those and may be bound to it, or the provider wants its scopes
 * named.
 */
export function slotParameters(client: Client, want: Want, granted: Granted): Record<string, string> {
  if (!isPlain(want)) {
    const scopes = want.scopes === '' ? scopesBeside(client, granted) : words(want.scopes)
    // Fewer scopes are for the same API, which is named by one of them here.
    const sameApi = client.preset.audience === 'cross-client' ? client.audience : undefined
    return grantParameters(client, scopes, want.audience || sameApi)
  }
  if (granted.narrowed) return grantParameters(client, ownScopes(client, granted), client.audience)
  return client.preset.scopesAtRenewal ? grantParameters(client, ownScopes(client, granted), undefined) : {}
}

/**
 * The scopes of a request that names an API alone. None: those of the session then hold (RFC 6749 §6). They are named
 * where the API is asked for in `scope` itself, and where the refresh token may be bound to less.
 */
function scopesBeside(client: Client, granted: Granted): readonly string[] {
  const { audience, scopes } = client.preset
  // Entra gives no token for two APIs (AADSTS28000).
  if (audience === 'scope') return scopes.filter((scope) => OF_OPENID.includes(scope))
  return granted.narrowed || audience === 'cross-client' ? ownScopes(client, granted) : []
}

/**
 * Why the tokens of an answer are not the requested ones. `takesOpaque`: the grant itself names the API, and a provider that
 * cannot serve it must refuse (RFC 8693 §2.2.2).
 */
export function slotMismatch(
  client: Client,
  want: Want,
  tokens: Tokens,
  granted: Granted,
  takesOpaque = false,
): Failure | undefined {
  if (isPlain(want)) return granted.narrowed ? stillNarrowed(client, tokens, granted) : undefined
  const asked = words(slotParameters(client, want, granted).scope ?? '')
  const wrong = [
    ...(want.scopes === '' ? [] : wrongScopes(client, { asked, wanted: words(want.scopes) }, tokens)),
    ...(want.audience === '' ? [] : wrongAudience(client, want, tokens, takesOpaque)),
  ]
  if (wrong.length === 0) return undefined
  return new Failure('not-allowed', 'the provider sent another token than requested', {
    detail: wrong,
    hint: 'This provider uses its own settings. A plain ls-auth token gives its token for this client.',
  })
}

function stillNarrowed(client: Client, tokens: Tokens, granted: Granted): Failure | undefined {
  const held = scopesHeld(client, tokens)
  const lost = lacking(client, ownScopes(client, granted), held)
  return lost.length === 0 ? undefined : narrowedForGood([came(held)])
}

const ownScopes = ({ preset }: Client, { grantedScope }: Granted): readonly string[] =>
  grantedScope === undefined ? preset.scopes : words(grantedScope)

/** Too many scopes are as wrong as too few: who asks for less wants to hand out less. */
function wrongScopes(
  client: Client,
  { asked, wanted }: { readonly asked: readonly string[]; readonly wanted: readonly string[] },
  tokens: Tokens,
): string[] {
  const held = scopesHeld(client, tokens)
  // A scope like api://X/.default stands for whatever has been agreed for that API.
  const open = asked.some((scope) => scope.endsWith('/.default'))
  const extra = held.flat().filter((scope) => !open && lacking(client, [scope], [asked]).length > 0)
  if (extra.length === 0 && lacking(client, wanted, held).length === 0) return []
  return [`requested scope: ${shown(wanted)}`, came(held)]
}

function wrongAudience(
  client: Client,
  { audience, use }: Want,
  tokens: Tokens,
  takesOpaque: boolean,
): string[] {
  const token = use === 'id' ? tokens.idToken : tokens.accessToken
  const read = token === undefined ? undefined : inspectOwn(client, token, undefined)
  if (!read) return []
  const asked = `requested audience: ${shown([audience])}`
  // Then only the ID token beside it can tell, or a scope that names the API, which was judged.
  if (read.opaque && (takesOpaque || client.preset.audience === 'scope')) return []
  const aud = [tokens.idClaims?.aud].flat().filter((one) => typeof one === 'string')
  const held = read.opaque ? aud : (read.identity.audience.value ?? [])
  if (held.some((one) => plainAudience(one) === plainAudience(audience))) return []
  return [asked, read.opaque ? OPAQUE : `received audience: ${shown(held)}`]
}

const OPAQUE = 'received an opaque token, which does not say its API'

/** Some providers name an API `api://X` in a request and `X` in the token, and a last slash has no meaning. */
const plainAudience = (audience: string): string => audience.replace(/^api:\/\//, '').replace(/\/$/, '')

/** The scopes of the answer, and of its access token; without `scope` it is left out (RFC 6749 §5.1: as asked). */
function scopesHeld(client: Client, tokens: Tokens): (readonly string[])[] {
  const inToken = inspectOwn(client, tokens.accessToken, undefined).identity.scopes.value
  return [tokens.scope === undefined ? undefined : words(tokens.scope), inToken].filter(
    (list) => list !== undefined,
  )
}

/** Those of `scopes` that are in none of the lists; a token may hold the last part of a scope's name alone. */
function lacking(
  { preset: { scopeSpelling } }: Client,
  scopes: readonly string[],
  lists: readonly (readonly string[])[],
): readonly string[] {
  if (lists.length === 0) return []
  const ofOpenId = [...OF_OPENID, ...OF_OPENID.map((scope) => scopeSpelling[scope])]
  const same = (a: string, b: string) =>
    a === b || scopeSpelling[a] === b || scopeSpelling[b] === a || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)
  return scopes.filter(
    (scope) => !ofOpenId.includes(scope) && !lists.flat().some((held) => same(scope, held)),
  )
}

const came = (held: readonly (readonly string[])[]): string =>
  `received scope: ${shown([...new Set(held.flat())])}`

const shown = (list: readonly string[]): string => safeText(list.join(' ') || '(none)', 200)

const words = (text: string): readonly string[] => text.split(' ').filter(Boolean)
