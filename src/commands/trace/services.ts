import { safeText } from '../../text/safe-text.ts'
import type { AgentListFormat } from '../../trace/formats/output-choices.ts'
import type { CliCommand } from '../cli-command.ts'
import { rememberServices } from '../completion/services-seen.ts'
import { type Invocation, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'
import { printRows, readFormat } from './print-rows.ts'

interface ServicesOptions {
  /** Instead of the profile's back end. */
  readonly file: string | undefined
  readonly format: AgentListFormat
}

/** `ls-auth services`: the services that report spans, one a line. */
export const services: CliCommand<ServicesOptions> = {
  read: (typed) => ({
    file: typed.flags.file as string | undefined,
    format: readFormat<AgentListFormat>(typed, 'list'),
  }),
  run,
}

async function run(invocation: Invocation, { file, format }: ServicesOptions): Promise<void> {
  const source = await openSource(invocation, 'services', file)
  const names = await source.services()
  if (names.length === 0 && format === 'list') tell(invocation, `${source.name} knows no services.`)
  if (format === 'agent')
    await invocation.ports.terminal.out(
      (await import('./for-agent/names-text.ts')).servicesForAgent(names, file),
    )
  else
    await printRows(invocation, format, {
      rows: names,
      toJson: (name) => ({ name }),
      whole: () => ({ services: names }),
      line: (name) => safeText(name),
    })
  if (file === undefined) await rememberServices(invocation, 'all', names)
}
