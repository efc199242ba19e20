import { portWith } from '../port-with.ts'
import type { Env } from '../ports/ports.ts'

/** What `ls-auth proxy` prints: loopback, with its secret. Anything else is an API like any other. */
const PROXY_ADDRESS = /^http:\/\/127\.0\.0\.1:\d{1,5}\/[\w-]{43}\/?$/

/** Whether this process asks through a local proxy that adds the token: a command of `ls-auth exec --proxy`. */
export const isBehindProxy = ({ variables }: Pick<Env, 'variables'>): boolean =>
  variables.LS_AUTH_PROXY === '1' && PROXY_ADDRESS.test(variables.LS_AUTH_API ?? '')

/** What the proxy has set says how to ask through it, and not what the profiles are. */
const OF_THE_PROXY = /^LS_AUTH_(PROXY|API|BACKEND|ORGANIZATION|PROJECT|TENANT)$/

/** The environment outside of the proxy: for the sign-ins and profiles of the person. Never for a request to the API. */
export function outsideProxy(env: Env): Env {
  if (!isBehindProxy(env)) return env
  const others = Object.entries(env.variables).filter(([name]) => !OF_THE_PROXY.test(name))
  return portWith(env, { variables: Object.fromEntries(others) })
}
