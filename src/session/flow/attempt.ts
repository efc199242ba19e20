import type { Client } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Provider } from '../protocol/provider.ts'
import type { Tokens } from '../protocol/tokens.ts'
import type { LoginDialog, LoginOptions } from './login-dialog.ts'

/** One sign-in in progress, as the flows (browser, paste, device) share it. */
export interface Attempt<Result> {
  readonly client: Client
  readonly options: LoginOptions
  readonly provider: Provider
  readonly ports: Ports
  readonly dialog: LoginDialog
  /** For a sign-in at which the provider may not ask who it is: the ID token of the one before. */
  readonly idTokenHint?: string | undefined
  /**
   * Checks the tokens and stores the session. A flow calls it before it ends: the page in the browser must say "signed in" only
   * when that is true.
   */
  accept(tokens: Tokens): Promise<Result>
  /** Name or e-mail for the page; undefined: not known. */
  personOf(result: Result): string | undefined
}
