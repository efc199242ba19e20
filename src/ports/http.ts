import type { Readable } from 'node:stream'

/** One HTTP request. */
export interface HttpRequest {
  /** Upper case. Anything but GET and HEAD is sent at most once. */
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Limit for the decoded body of the response, bytes. */
  readonly maxBytes: number
  readonly timeoutMilliseconds?: number
  readonly signal?: AbortSignal
}

/** A response. Redirects are never followed: they are responses like any other. */
export interface HttpAnswer {
  readonly status: number
  /** As it came, but for a version that the library does not tell: `HTTP/1.1 200 OK`. */
  readonly statusLine?: string
  /** Names in lower case, repeated fields joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What a request goes through. */
export interface UsedProxy {
  /** With its port; undefined: the setting isn't the URL of an HTTP proxy. */
  readonly host: string | undefined
  /** The variable that sets it, or the key of the profile. */
  readonly from: string
}

/** An HTTP client with fixed settings. */
export interface Http {
  /**
   * Failures: `network` (with `sent` on {@link NetworkFailure}), `settings` (the same, of a proxy that is none), `refused` (TLS),
   * `api-failed` (too large).
   */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** Issuer of the host's TLS certificate; undefined for plain http or behind a proxy. */
  certificateIssuer(url: URL): Promise<string | undefined>
  /** The proxy of a request to this URL; undefined: there is none, or NO_PROXY names the host. */
  proxyOf(url: URL): Promise<UsedProxy | undefined>
}

/** One HTTP request whose bodies are streamed. */
export interface UpstreamRequest {
  readonly method: string
  readonly url: URL
  /** Repeated names are sent as repeated headers. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** A stream is read once, so a request with it cannot be sent again. */
  readonly body: Buffer | Readable | undefined
  readonly signal: AbortSignal
}

/** Its response; the body must be read or discarded. Redirects are never followed. */
export interface UpstreamAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As it comes, still compressed. */
  readonly body: Readable
}

/** An HTTP client that streams, with the same settings as {@link Http}. */
export interface Upstream {
  /** Failures: `network`, `settings` (a proxy that is none), `refused` (TLS). */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>
  close(): Promise<void>
}

/** Proxy, CA and timeout of an HTTP client. */
export interface HttpSettings {
  readonly proxy: string | undefined
  readonly caFile: string | undefined
  readonly clientCert: string | undefined
  readonly clientKey: string | undefined
  readonly timeoutMilliseconds: number | undefined
}
