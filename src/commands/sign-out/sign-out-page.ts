import type { Client } from '../../client.ts'
import { findDisplay, REASONS } from '../../session/flow/display.ts'
import type { SignedOut } from '../../session/sign-out.ts'
import { signOutPage } from '../../session/sign-out-page.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Invocation, tell } from '../invocation.ts'

/** What became of the provider's page: opened here, shown to be opened elsewhere, or there is none. */
export type SignOutPage = 'opened' | 'shown' | 'none'

/**
 * Leads the person to the provider's sign-out page, which ends the session in the browser: without it the next sign-in asks
 * no password. The page asks them, and nothing tells what they answered. Where the sign-in on this machine ended earlier
 * the provider says where its page is; Failures are those of that request.
 */
export async function showSignOutPage(
  invocation: Invocation,
  client: Client,
  { ended }: SignedOut,
): Promise<SignOutPage> {
  const page = await signOutPage(client, ended, invocation.ports)
  if (page === undefined) {
    const none = `${safeText(new URL(client.issuer).host, 80)} has no page that ls-auth can open`
    tell(invocation, `  in the browser    not signed out: ${none}`)
    return 'none'
  }
  const { terminal, env } = invocation.ports
  const elsewhere = await findDisplay(env, await invocation.ports.files())
  const lead = elsewhere
    ? `${REASONS[elsewhere.why]} To sign out in the browser too, open this address:`
    : 'Opening the sign-out page in your browser. If no page shows, open this address:'
  // Shown with --quiet, too: it is what was asked for.
  terminal.err(`${lead}\n\n  ${safeText(page.href, 8192)}\n\n`)
  if (elsewhere) return 'shown'
  return (await (await invocation.ports.browser()).open(page)) ? 'opened' : 'shown'
}
