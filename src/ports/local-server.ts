import type { Readable } from 'node:stream'
import type { UpstreamAnswer } from './http.ts'

/** A request to a server of ours, before its body is read. */
export interface LocalRequest {
  readonly method: string
  /** The target of the request line, as it came. */
  readonly target: string
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[]
}

/** A request to a server of ours, and the ways to answer it. */
export interface LocalExchange {
  readonly request: LocalRequest
  /** Aborted when the caller has gone before the end of the answer. */
  readonly gone: AbortSignal
  /** Lets the caller send its body (`Expect: 100-continue`), and gives it as a stream. */
  body(): Readable
  /** Answers with a JSON text and closes the connection. */
  refuse(status: number, json: string): void
  /** Streams an answer. Resolves at its end, rejects when either side breaks off. */
  stream(answer: UpstreamAnswer, change: ByteFilter | undefined): Promise<void>
  /** Closes the connection without a word. */
  drop(): void
}

/** Changes bytes that pass by; both give what may go on by now. */
export interface ByteFilter {
  push(bytes: Buffer): Buffer
  end(): Buffer
}

/** Where a server of ours listens: a TCP port of 127.0.0.1 (0: any that is free), or a Unix socket (mode 0600). */
export type LocalAddress = { readonly port: number } | { readonly socket: string }

/** A server of ours that listens. */
export interface LocalServer {
  /** Undefined on a Unix socket. */
  readonly port: number | undefined
  /** Takes no more requests, waits a moment for the end of those it has, and cuts the others off. Removes the Unix socket. */
  close(): Promise<void>
}

/** HTTP servers for other programs of this machine. */
export interface LocalServers {
  /** Error code EADDRINUSE, EACCES, … when it cannot listen there. */
  open(address: LocalAddress, serve: (exchange: LocalExchange) => Promise<void>): Promise<LocalServer>
  /** Whether a program answers at a Unix socket; false: nobody has it open any more. */
  isLive(socket: string): Promise<boolean>
}
