import { DENIED } from './failures/denied.ts'
import { FIRST_STEPS } from './failures/first-steps.ts'
import { PROFILES } from './failures/profiles.ts'
import type { FailureRow } from './failures/row.ts'
import { SIGN_IN } from './failures/sign-in.ts'
import { STORE } from './failures/store.ts'
import { TRACES } from './failures/traces.ts'
import { WRONG_USE } from './failures/wrong-use.ts'

/** Every failure whose hint is followed. */
export const FAILURES: readonly FailureRow[] = [
  ...FIRST_STEPS,
  ...SIGN_IN,
  ...STORE,
  ...DENIED,
  ...WRONG_USE,
  ...PROFILES,
  ...TRACES,
]
