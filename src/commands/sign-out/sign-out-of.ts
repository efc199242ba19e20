import { optionWords } from '../command-line.ts'

/** A sign-in as people name it. */
interface Named {
  readonly issuer: string | undefined
  readonly clientId: string | undefined
  readonly account: string
  /** Where a key file keeps it that is not known here: `FILE`. */
  readonly storeKeyFile?: string | undefined
}

/** The command that signs out of a sign-in; without a profile it has all flags that name it. */
const logoutOf = ({ issuer, clientId, account, storeKeyFile }: Partial<Named>, profile?: string): string =>
  `ls-auth logout${optionWords({ profile, issuer, clientId, account, storeKeyFile })}`

/** How to sign out of a sign-in that no profile names any more. `profile`: it knows the key file. */
export const signOutOf = (named: Named, profile?: string): string =>
  `To sign out of it: ${logoutOf(named, profile)}`
