import type { Client } from '../../client.ts'
import type { Ports } from '../../ports.ts'
import type { Provider, Tokens } from '../protocol/provider.ts'
import type { Conversation, Manner } from './login-dialog.ts'

/** One sign-in on its way: who, how, where, and what becomes of the tokens. The flows share it. */
export interface Attempt<Result> {
  readonly client: Client
  readonly manner: Manner
  readonly provider: Provider
  readonly ports: Ports
  readonly talk: Conversation
  /**
   * Judges the tokens and keeps the sign-in. The flow calls it before its own end, not its caller after it: the page
   * in the browser waits for the verdict, and says "signed in" only when that is true.
   */
  accept(tokens: Tokens): Promise<Result>
}
