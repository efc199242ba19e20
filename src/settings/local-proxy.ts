import type { Env } from '../ports/ports.ts'

/** What `ls-auth proxy` prints: loopback, with its secret. Anything else is an API like any other. */
const PROXY_ADDRESS = /^http:\/\/127\.0\.0\.1:\d{1,5}\/[\w-]{43}\/?$/

/** Whether this process asks through a local proxy that adds the token: a command of `ls-auth exec --proxy`. */
export const isBehindProxy = ({ variables }: Pick<Env, 'variables'>): boolean =>
  variables.LS_AUTH_PROXY === '1' && PROXY_ADDRESS.test(variables.LS_AUTH_API ?? '')
