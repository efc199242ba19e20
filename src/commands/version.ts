import type { CliCommand } from './cli-command.ts'
import { globals, printJson } from './invocation.ts'

/** `ls-auth version`: the version alone, as `--version` prints it. */
export const version: CliCommand<undefined> = {
  read: () => undefined,
  run: (invocation) => {
    const { env, terminal } = invocation.ports
    return globals(invocation).json
      ? printJson(invocation, { version: env.version })
      : terminal.out(`${env.version}\n`)
  },
}
