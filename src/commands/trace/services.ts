import { safeJson, safeText } from '../../safe-text.ts'
import { globals, type Invocation, printJson, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'

/** `ls-auth services`: the services that report spans, one a line. */
export async function services(invocation: Invocation): Promise<void> {
  const backend = await openSource(invocation, 'services', invocation.options.file as string | undefined)
  const names = await backend.services()
  const { terminal } = invocation.ports
  const { output } = invocation.options
  if (output === 'ndjson') return terminal.out(names.map((name) => `${safeJson({ name })}\n`).join(''))
  if (globals(invocation).json || output === 'json') return printJson(invocation, { services: names })
  if (names.length === 0) return tell(invocation, `${backend.name} knows no services.`)
  await terminal.out(names.map((name) => `${safeText(name)}\n`).join(''))
}
