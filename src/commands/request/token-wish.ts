import type { Flags } from '../cli-command.ts'
import { durationFlag } from '../typed-flags.ts'

/** Which token is wanted, where it is not the usual one. */
export interface TokenWish {
  readonly minTtlSeconds?: number
  readonly audience?: string
  /** Space separated. */
  readonly scopes?: string
  /** Also where the provider may bind the sign-in to that. */
  readonly narrow?: true
}

/** Reads `--min-ttl`, `--audience`, `--scope` and `--narrow`. Failure `usage`. */
export function readTokenWish(flags: Flags): TokenWish {
  const minTtlSeconds = durationFlag(flags, 'minTtl')
  const audience = flags.audience as string | undefined
  const words = (flags.scope as string[] | undefined)?.flatMap((one) => one.split(/\s+/)).filter(Boolean)
  return {
    ...(minTtlSeconds !== undefined && { minTtlSeconds }),
    ...(audience !== undefined && { audience }),
    ...(words !== undefined && { scopes: words.join(' ') }),
    ...(flags.narrow === true && { narrow: true as const }),
  }
}
