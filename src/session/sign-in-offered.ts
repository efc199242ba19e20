import { Failure } from '../errors.ts'
import { hintFor } from '../providers/hints.ts'
import type { Preset } from '../providers/preset.ts'

/**
 * Whether a person can sign in at this provider at all, from what is known of it without a request. Asked by commands
 * before they require a client id: nobody has one where there is nothing to register. Failure `cannot-do`.
 */
export function requireSignInOffered(preset: Preset): void {
  requireProviderInReach(preset)
  if (preset.signsIn === 'person') return
  throw new Failure('cannot-do', `nobody signs in at ${preset.name} with ls-auth login`, {
    detail: preset.registration,
    hint: 'A program with a token of its own passes it in LS_AUTH_TOKEN.',
  })
}

/** A provider that works inside its own house only: nothing there can be asked. Failure `cannot-do`. */
export function requireProviderInReach(preset: Preset): void {
  if (preset.signsIn !== 'nobody') return
  const hint = hintFor(preset.id, { where: 'discovery' })
  throw new Failure('cannot-do', `nobody can sign in at ${preset.name} from outside`, {
    ...(hint === undefined ? {} : { hint }),
  })
}
