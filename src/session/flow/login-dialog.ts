import type { SignInRequirements } from '../../claims/sign-in-requirements.ts'
import type { ProofKey } from '../../dpop/proof-key.ts'
import type { AuthorizationRequest } from '../protocol/code-grant.ts'
import type { DeviceGrant } from '../protocol/provider.ts'
import type { Elsewhere } from './display.ts'

/** How to sign in, from the flags of `login` or from what an API requires. */
export interface LoginOptions {
  readonly flow: 'browser' | 'url' | 'paste' | 'device'
  /** The sign-in that another process started; it replaces the flow. */
  readonly resume?: { readonly pending: PendingSignIn; readonly callback: string | undefined }
  readonly loginHint?: string
  readonly prompt?: string
  readonly required?: SignInRequirements
  /** Only the person who is signed in may sign in again, by `sub` of the ID token that is kept: another one is refused. */
  readonly samePerson?: { readonly subject: unknown }
}

/** A code that waits to be confirmed. `endsAt`: by the wall clock, milliseconds: timers stop while a laptop sleeps. */
export interface DeviceCode {
  readonly grant: DeviceGrant
  readonly endsAt: number
  readonly expiresInSeconds: number
}

/** A sign-in that waits for a person, between `login --start` and `login --finish`: sealed like a session, one at a time. */
export interface PendingSignIn {
  /** Local clock, milliseconds. */
  readonly endsAt: number
  readonly proofKey?: ProofKey | undefined
  readonly code?: DeviceCode
  readonly redirectUri?: string
  readonly request?: Omit<AuthorizationRequest, 'url'>
}

/** What a person needs for the device flow (RFC 8628 §3.3). */
export interface DevicePrompt {
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  readonly expiresInSeconds: number
}

/** The messages and prompts of a sign-in. */
export interface LoginDialog {
  tell(line: string): void
  /**
   * The URL to open. Always shown: a browser that was started may still show no page. `isBrief`: it is good for about a minute.
   */
  showUrl(url: URL, opening: boolean, isBrief: boolean): void
  showDevice(prompt: DevicePrompt): void
  askForRedirect(signal?: AbortSignal): Promise<string | undefined>
  /** The browser is on another machine: why, and how to forward the port. */
  showElsewhere(elsewhere: Elsewhere, port: number): void
  /** Prints a short address behind the URL; it works in a browser that reaches our port. */
  showShort(url: URL, elsewhere: Elsewhere, port: number): void
  /** After the URL: the redirect URL may be pasted, and the device flow chosen. */
  offerOtherWays(elsewhere: Elsewhere, port: number, deviceFlow: boolean): void
  /** Whether a person can be prompted (stdin is a terminal). */
  readonly canAsk: boolean
}
