import { Failure } from '../errors.ts'
import { hintFor } from '../providers/hints.ts'
import type { Preset } from '../providers/preset.ts'
import { registrationSteps } from '../providers/preset-texts.ts'

/**
 * Throws Failure `cannot-do` when people cannot sign in at this provider at all, by its preset alone (no request). Commands
 * call it before they require a client id, because that provider has no client to register.
 */
export function requireSignInOffered(preset: Preset): void {
  requireProviderInReach(preset)
  if (preset.signsIn === 'person') return
  throw new Failure('cannot-do', `people cannot sign in at ${preset.name} with ls-auth login`, {
    detail: registrationSteps(preset),
    hint: 'If a program has its own token, pass it in LS_AUTH_TOKEN.',
  })
}

/** Throws Failure `cannot-do` for a provider that no other program can use (AWS IAM Identity Center). */
export function requireProviderInReach(preset: Preset): void {
  if (preset.signsIn !== 'nobody') return
  throw new Failure('cannot-do', `people cannot sign in at ${preset.name} from outside`, {
    hint: hintFor(preset.id, {}),
  })
}
