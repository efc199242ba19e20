/**
 * There was no connection to the host that was ready for a request (TCP, the tunnel of a proxy, TLS), so nothing was sent.
 * `cause`: why; without one it did not come in time.
 */
export class NotConnected extends Error {}

/** The proxy could not be asked, or gave no answer to CONNECT. `what`: what it did; undefined: see `cause`. */
export class NoTunnel extends NotConnected {
  readonly what: 'closed the connection' | 'does not answer' | undefined

  constructor(what: NoTunnel['what'], cause?: unknown) {
    super('no tunnel', { cause })
    this.what = what
  }
}
