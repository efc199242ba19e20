import { KNOWN } from './traffic.ts'
import type { PlayWorld } from './world.ts'

/** A command line and what it is good for. */
export type ThingToType = readonly [line: string, does: string]

/** What somebody who plays can type, in this order. */
export function thingsToType({ gateway }: PlayWorld): ThingToType[] {
  return [
    ['ls-auth login', 'sign in as alice'],
    ['ls-auth whoami', 'who you are, and what the token says'],
    ['ls-auth check --scope traces:read --group ops', 'is it set up right? exit 0 or 5'],
    ['ls-auth trace search --error', 'failed checkouts, the latest first'],
    [`ls-auth trace get ${KNOWN.traceId}`, 'a checkout whose payment failed'],
    ['ls-auth trace why --error', 'what failed checkouts have in common'],
    ['ls-auth trace breakdown', 'where the time goes'],
    ['ls-auth --profile jaeger services', 'a Jaeger that needs no sign-in'],
    [`curl -H "$(ls-auth token --header)" ${gateway}/api/echo`, 'the token, for a script'],
    ['ls-auth doctor', 'the whole path, with the next step for each failure'],
    ['ls-auth logout', 'forget here, revoke there'],
  ]
}
