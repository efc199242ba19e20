/**
 * There was no connection to the host that was ready for a request (TCP, the tunnel of a proxy, TLS), so nothing was sent.
 * `cause`: why; without one it did not come in time.
 */
export class NotConnected extends Error {}

/** The proxy made no tunnel. `what`: what it did, or the status of its answer to CONNECT; undefined: see `cause`. */
export class NoTunnel extends NotConnected {
  readonly what: 'closed the connection' | 'does not answer' | number | undefined

  constructor(what: NoTunnel['what'], cause?: unknown) {
    super('no tunnel', { cause })
    this.what = what
  }
}
