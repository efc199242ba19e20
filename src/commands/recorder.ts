import { type Caller, callerHeaders, type Way } from '../api/caller.ts'
import type { Witness } from '../api/request.ts'
import { readTraceparent, traceContext, traceparentIn } from '../api/traceparent.ts'
import type { AuditEntry, AuditEvent } from '../audit/entry.ts'
import { appendEntry } from '../audit/record.ts'
import type { PartialClient } from '../client.ts'
import { isObject } from '../json-object.ts'
import type { Invocation } from './invocation.ts'

/** The record of one run, and the headers by which the API's own log knows its requests again. */
export interface Recorder {
  /**
   * To be called before a request is sent; see {@link Witness}. `parent`: the `traceparent` that the caller of a proxy
   * sent, empty for none; a valid one is kept as it is, since the proxy is no span between the two. `client`: the name of
   * the program that asks, where it gave one. What `ended` gives need not be awaited.
   */
  request(
    sent: Parameters<Witness>[0] & { readonly parent?: string; readonly client?: string },
  ): ReturnType<Witness>
  /** Records what happened to a token. Never throws. */
  note(event: Exclude<AuditEvent, 'request'>, token: string | undefined): Promise<void>
  /** The ID token of the session: it names the person where the access token is opaque. */
  signedInBy(idToken: string | undefined): void
}

/**
 * Opens the record for a run; nothing is read or written yet. `way`: undefined is that of the command. `write`: undefined
 * is at once.
 */
export function openRecorder(
  { ports, command }: Pick<Invocation, 'ports' | 'command'>,
  client: Pick<PartialClient, 'profile' | 'issuer' | 'stateDirectory' | 'reason'>,
  way: Way = wayOf(command),
  write: (entry: AuditEntry) => Promise<void> = (entry) => appendEntry(client.stateDirectory, entry, ports),
): Recorder {
  const { env, clock } = ports
  const { profile, reason } = client
  const caller: Caller = { version: env.version, platform: env.platform, way, reason }
  const own = traceContext(env.variables.TRACEPARENT)
  let idToken: string | undefined
  // A process that serves many requests has the same two tokens for each.
  const [readPerson, readToken] = [claimsReader(), claimsReader()]
  const append = (event: AuditEvent, token: string | undefined, more: Partial<AuditEntry>) => {
    const person = readPerson(idToken)
    const claims = readToken(token)
    const entry: AuditEntry = {
      time: new Date(clock.now()).toISOString(),
      way,
      event,
      profile,
      issuer: textIn(claims.iss) ?? client.issuer ?? null,
      sub: textIn(claims.sub) ?? textIn(person.sub) ?? null,
      // Some issuers call it `uti`.
      jti: textIn(claims.jti) ?? textIn(claims.uti) ?? null,
      method: null,
      path: null,
      trace_id: null,
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
    request({ method, path, token, parent, client: program }) {
      const started = clock.now()
      const traceparent = parent === undefined ? traceparentIn(own) : keptOrNew(parent)
      return {
        headers: callerHeaders(caller, traceparent),
        ended: (status, traceId) =>
          append('request', token, {
            method,
            path: withoutTokens(path),
            trace_id: traceId ?? traceIdIn(path) ?? null,
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

const keptOrNew = (parent: string): string =>
  readTraceparent(parent) === undefined ? traceparentIn(traceContext(undefined)) : parent.trim()

const wayOf = (command: string): Way =>
  command === 'exec' || command === 'proxy' || command === 'mcp' ? command : 'cli'

/**
 * The claims of a JWT, for a log: they prove nothing. Not by `claims/jwt`, whose strict parser the path of a warm token
 * does not load. Empty for an opaque token.
 */
function claimsOf(token: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}

/** Reads the claims of the same token once. */
function claimsReader(): typeof claimsOf {
  let [last, claims]: [string | undefined, ReturnType<typeof claimsOf>] = [undefined, {}]
  return (token) => {
    if (token !== last) [last, claims] = [token, claimsOf(token)]
    return claims
  }
}

const textIn = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined)

/** The trace in the path of a request, as the APIs that have it there spell it. */
const traceIdIn = (path: string): string | undefined =>
  /\/traces\/([0-9a-f]{1,32})$/i.exec(path)?.[1]?.toLowerCase()

/** Somebody will put one there one day. */
const withoutTokens = (path: string): string => path.replace(/eyJ[\w.-]{8,}/g, '(hidden)')
