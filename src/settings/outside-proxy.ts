import type { Env } from '../ports/ports.ts'
import { isBehindProxy } from './local-proxy.ts'

/** What the proxy has set says how to ask through it, and not what the profiles are. */
const OF_THE_PROXY = /^LS_AUTH_(PROXY|API|BACKEND|ORGANIZATION|PROJECT|TENANT)$/

/**
 * The environment as it is outside of the proxy: for what is about the sign-ins and profiles of the person. Never for a
 * request to the API.
 */
export function outsideProxy(env: Env): Env {
  if (!isBehindProxy(env)) return env
  const others = Object.entries(env.variables).filter(([name]) => !OF_THE_PROXY.test(name))
  return { ...env, variables: Object.fromEntries(others) }
}
