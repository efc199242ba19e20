import type { TokenKind } from '../../../src/claims/kind.ts'
import type { Identity } from '../../../src/claims/normalise.ts'
import type { Expect } from '../../../src/claims/policy.ts'
import type { ProviderError } from '../../../src/providers/hints.ts'
import type { ProviderId } from '../../../src/providers/presets.ts'

/** What an idea must be read as: the value and its claim, or why there is none. */
export type Says = readonly [value: unknown, claim: string] | 'absent' | 'overage' | 'unsupported'

/** A token as the provider shapes it; values are made up, members and shapes are its documentation's. */
export interface TokenVector {
  readonly what: string
  readonly header: { readonly alg: 'RS256' | 'ES384' } & Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
  /** `scope` of the token response it came in. */
  readonly responseScope?: string
  readonly kind: TokenKind
  readonly says: Readonly<Partial<Record<keyof Identity, Says>>>
  /** A policy and the whole answer to it, at a time when the token is valid and its signature verified. */
  readonly checks: readonly (readonly [Expect, 'pass' | 'fail' | 'unknown'])[]
}

/** One provider: how it is known, how its tokens are read, what its errors are answered with. */
export interface Row {
  readonly id: ProviderId
  /** Issuers that must be taken for this provider's. */
  readonly issuers: readonly string[]
  readonly clientId: string
  /** Redirect URIs to register. */
  readonly registers: readonly string[]
  readonly tokens: readonly TokenVector[]
  /** Every line of advice for it, by what the provider says. */
  readonly hints: readonly (readonly [ProviderError, RegExp])[]
}

/** 2026-09-21T14:13:20Z; the tokens are issued then. */
export const ISSUED = 1_790_000_000

export const exactly = (host: string): string[] =>
  [8765, 18765, 28765].map((port) => `http://${host}:${port}/callback`)
