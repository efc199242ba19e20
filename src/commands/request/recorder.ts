import type { Witness } from '../../api/destination.ts'
import {
  type Caller,
  callerHeaders,
  readTraceparent,
  traceContext,
  traceparentIn,
  type Way,
} from '../../api/request-headers.ts'
import type { AuditEntry, AuditEvent } from '../../audit/record.ts'
import { appendEntry, type Lost } from '../../audit/record.ts'
import { unverifiedClaims } from '../../claims/jwt/unverified.ts'
import type { PartialClient } from '../../client.ts'
import type { Env } from '../../ports/ports.ts'
import { withoutTokens } from '../../text/secrets.ts'
import { fitted, type Invocation } from '../invocation.ts'

/** The record of one run, and the headers by which the API's own log knows its requests again. */
export interface Recorder {
  /**
   * To be called before a request is sent; see {@link Witness}. `parent`: the `traceparent` that the caller of a proxy sent,
   * empty for none; a valid one is kept unchanged, since the proxy isn't a span between the two. `client`: the name of the
   * program that asks, where it gave one. The result of `ended` need not be awaited.
   */
  request(
    sent: Parameters<Witness>[0] & { readonly parent?: string; readonly client?: string },
  ): ReturnType<Witness>
  /** Records what happened to a token. Never throws. */
  note(event: Exclude<AuditEvent, 'request'>, token: string | undefined): Promise<void>
  /** The ID token of the session: it names the person where the access token is opaque. */
  signedInBy(idToken: string | undefined): void
}

/** What the record says of a profile. */
export interface RecordedClient
  extends Pick<PartialClient, 'issuer' | 'stateDirectory' | 'reason' | 'place'>,
    Partial<Pick<PartialClient, 'apiOrigin'>> {
  /** Null: not known. */
  readonly profile: string | null
}

/**
 * Opens the record for a run, without a read or a write yet. `way`: undefined is that of the command. `write`: undefined is at
 * once, with one warning for lines that could not be written.
 */
export function openRecorder(
  invocation: Invocation,
  client: RecordedClient,
  way: Way = wayOf(invocation.command),
  write: (entry: AuditEntry) => Promise<void> = writeAtOnce(invocation, client.stateDirectory),
): Recorder {
  const { env, clock } = invocation.ports
  const { profile, reason } = client
  const asking = invocation.caller ?? {}
  const caller: Caller = {
    version: env.version,
    platform: env.platform,
    way,
    reason,
    client: asking.client,
  }
  const own = traceContext(env.variables.TRACEPARENT)
  let idToken: string | undefined
  // A process that serves many requests has the same two tokens for each.
  const [readPerson, readToken] = [claimsReader(), claimsReader()]
  const append = (event: AuditEvent, token: string | undefined, more: Partial<AuditEntry>) => {
    const person = readPerson(idToken)
    const claims = readToken(token)
    const handedBy = profileOfGiven(env.variables, token)
    // Nothing here says which issuer another profile has.
    const issuer = handedBy === undefined || handedBy === profile ? client.issuer : undefined
    const entry: AuditEntry = {
      time: new Date(clock.now()).toISOString(),
      way,
      event,
      profile: handedBy ?? profile,
      issuer: textIn(claims.iss) ?? issuer ?? null,
      sub: textIn(claims.sub) ?? textIn(person.sub) ?? null,
      // Some issuers call it `uti`.
      jti: textIn(claims.jti) ?? textIn(claims.uti) ?? null,
      api: null,
      place: null,
      method: null,
      path: null,
      trace_id: null,
      span_id: null,
      status: null,
      ms: null,
      reason: reason ?? null,
      traceparent: null,
      client: null,
      ...more,
    }
    return write(entry)
  }
  return {
    request({ method, path, spanId, token, parent = asking.parent, client: program = asking.client }) {
      const started = clock.now()
      const traceparent = parent === undefined ? traceparentIn(own) : keptOrNew(parent)
      return {
        headers: callerHeaders(caller, traceparent),
        ended: (status, traceId) =>
          append('request', token, {
            api: client.apiOrigin ?? null,
            place: client.place ?? null,
            method,
            path: withoutTokens(path),
            trace_id: traceId ?? traceIdIn(path) ?? null,
            span_id: spanId ?? null,
            status: status ?? null,
            ms: Math.max(0, clock.now() - started),
            traceparent,
            client: program ?? null,
          }),
      }
    },
    note: (event, token) => append(event, token, {}),
    signedInBy(token) {
      idToken = token
    },
  }
}

/** The profile of a token that `ls-auth exec` has handed to this process. Undefined: another token, or an unknown profile. */
export const profileOfGiven = (variables: Env['variables'], token: string | undefined): string | undefined =>
  token !== undefined && token === variables.LS_AUTH_TOKEN?.trim()
    ? variables.LS_AUTH_TOKEN_PROFILE || undefined
    : undefined

/** Writes each line before the next step, with one warning for lines that could not be written. */
export function writeAtOnce(
  invocation: Invocation,
  stateDirectory: string,
): (entry: AuditEntry) => Promise<void> {
  const lost = tellOfLost(invocation)
  return async (entry) => {
    const failed = await appendEntry(stateDirectory, entry, invocation.ports)
    if (failed) lost(failed)
  }
}

const LOST = 'a gap in the record'

/** Says once an invocation that the record has a gap, also with `--quiet`: that leaves out no warnings. */
export function tellOfLost(invocation: Invocation): (lost: Lost) => void {
  return ({ file, code }) => {
    if (invocation.noted.has(LOST)) return
    invocation.noted.add(LOST)
    const line = `warning: not recorded: ${file} could not be written (${code})`
    invocation.ports.terminal.err(`${fitted(line, invocation)}\n`)
  }
}

const keptOrNew = (parent: string): string =>
  readTraceparent(parent) === undefined ? traceparentIn(traceContext(undefined)) : parent.trim()

const wayOf = (command: string): Way =>
  command === 'exec' || command === 'proxy' || command === 'mcp' ? command : 'cli'

/** Reads the claims of the same token once. */
function claimsReader(): typeof unverifiedClaims {
  let [last, claims]: [string | undefined, ReturnType<typeof unverifiedClaims>] = [undefined, {}]
  return (token) => {
    if (token !== last) [last, claims] = [token, unverifiedClaims(token)]
    return claims
  }
}

const textIn = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined)

/** The trace in the path of a request, as the APIs that have it there spell it. */
const traceIdIn = (path: string): string | undefined =>
  /\/traces\/([0-9a-f]{1,32})$/i.exec(path)?.[1]?.toLowerCase()
