import { optionWords } from '../command-line.ts'

/** A sign-in as people name it. */
interface Named {
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly account: string
  /** Where a key file keeps it that is not known here: `FILE`. */
  readonly storeKeyFile?: string | undefined
}

/** The command that signs out of a sign-in which no profile names any more. `profile`: one that knows its key file. */
export const signOutOf = ({ issuer, clientId, account, storeKeyFile }: Named, profile?: string): string =>
  `To sign out of it: ls-auth logout${optionWords({ profile, issuer, clientId, account, storeKeyFile })}`
