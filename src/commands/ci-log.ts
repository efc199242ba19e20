import type { Invocation } from './invocation.ts'

/**
 * Under GitHub Actions, makes the runner show `***` in place of the token, should a later step print it (docs.github.com,
 * "Masking a value in a log"). The runner takes the line itself out of the log.
 */
export function maskInCiLog({ ports }: Invocation, token: string): void {
  if (ports.env.variables.GITHUB_ACTIONS !== 'true') return
  // The runner decodes %25, %0D and %0A in what follows (docs.github.com, "Workflow commands").
  ports.terminal.err(`::add-mask::${token.replaceAll('%', '%25')}\n`)
}
