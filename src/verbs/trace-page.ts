import type { Invocation } from '../commands/invocation.ts'
import type { FoundTrace } from '../commands/trace/find-trace.ts'
import { Failure } from '../errors.ts'
import { isHttpsOrLoopback } from '../loopback-host.ts'
import { findDisplay } from '../session/flow/display.ts'
import { safeText } from '../text/safe-text.ts'

/**
 * `trace get --web`: prints the address of the trace's page, and opens it where a person is at a terminal that has a browser.
 * Failures: `cannot-do`, `settings`.
 */
export async function showPage({ ports }: Invocation, { name, link, takesUi }: FoundTrace): Promise<void> {
  if (!takesUi)
    throw new Failure('cannot-do', `ls-auth knows no page for a trace of ${safeText(name, 80)}`, {
      hint: 'Drop --web, or write a page of your own: -o html',
    })
  if (link === undefined)
    throw new Failure('settings', `the address of the page for a trace of ${name} is not known`, {
      hint: 'Save the base URL of its UI: ls-auth profile set ui https://HOST',
    })
  await ports.terminal.out(`${link}\n`)
  const page = new URL(link)
  if (!ports.terminal.outIsTTY || !isHttpsOrLoopback(page)) return
  if ((await findDisplay(ports.env, await ports.files())) === undefined)
    await (await ports.browser()).open(page)
}
