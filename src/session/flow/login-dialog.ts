import type { Elsewhere } from './display.ts'

/** How the person gets to the provider. */
export interface Manner {
  readonly flow: 'browser' | 'url' | 'paste' | 'device'
  readonly loginHint?: string
  readonly prompt?: string
}

/** What a person needs for the device flow (RFC 8628 §3.3). */
export interface DevicePrompt {
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  readonly expiresInSeconds: number
}

/** What a sign-in says and asks on its way. */
export interface Conversation {
  tell(line: string): void
  /** The address to open, always shown: a browser that was started is not a page that shows. */
  showUrl(url: URL, opening: boolean): void
  showDevice(prompt: DevicePrompt): void
  askForRedirect(signal?: AbortSignal): Promise<string | undefined>
  /** The person sits elsewhere: how they can reach the listener, paste the redirect, or use a code instead. */
  showElsewhere(elsewhere: Elsewhere, port: number, deviceFlow: boolean): void
  /** Whether somebody is there to paste an address. */
  readonly canAsk: boolean
}
