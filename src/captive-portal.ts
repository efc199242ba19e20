import { Failure } from './errors.ts'

/** Network Authentication Required (RFC 6585 §6): made by a network on the way, never by the server that was asked. */
export const CAPTIVE_PORTAL = 511

/** The Failure `network` for an answer with the status {@link CAPTIVE_PORTAL}: nobody but the person at this machine can mend it. */
export const captivePortal = (): Failure =>
  new Failure('network', `the network you are on wants a sign-in (HTTP ${CAPTIVE_PORTAL})`, {
    hint: 'Open a web page in a browser, sign in to the network there, then try again.',
  })
