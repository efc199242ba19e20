import { KNOWN } from './traffic.ts'
import type { PlayWorld } from './world.ts'

/** A command line and what it is good for. */
export type ThingToType = readonly [line: string, does: string]

/** What somebody who plays can type, in this order. */
export function thingsToType({ gateway }: PlayWorld): ThingToType[] {
  const root = KNOWN.spans.find(({ parentId, name }) => parentId === undefined && name.startsWith('POST'))
  return [
    ['ls-auth login', 'sign in as alice'],
    ['ls-auth whoami', 'who you are, and what the token says'],
    ['ls-auth check --scope traces:read --group ops', 'is it set up right? exit 0 or 5'],
    [`ls-auth trace get ${root?.spanId}`, 'a checkout whose payment failed'],
    ['ls-auth --profile jaeger trace search --error', 'failed checkouts, the latest first'],
    [`ls-auth --profile tempo trace get ${KNOWN.traceId}`, 'the same trace, from Tempo'],
    ['ls-auth --profile tempo attributes span.http.route', 'what can be asked for'],
    [`curl -H "$(ls-auth token --header)" ${gateway}/public/v0.2/acme/test`, 'the token, for a script'],
    ['ls-auth doctor', 'the whole path, with the next step for each failure'],
    ['ls-auth logout', 'forget here, revoke there'],
  ]
}
