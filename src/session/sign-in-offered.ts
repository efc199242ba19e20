import { Failure } from '../errors.ts'
import { hintFor } from '../providers/hints.ts'
import type { Preset } from '../providers/preset.ts'

/** Failure `cannot-do` where the provider signs in programs only, or nobody outside its own house: said before it is asked. */
export function requirePeople(preset: Preset): void {
  if (preset.signsIn === 'person') return
  if (preset.signsIn === 'nobody') {
    const hint = hintFor(preset.id, { where: 'discovery' })
    throw new Failure('cannot-do', `nobody can sign in at ${preset.name} from outside`, {
      ...(hint === undefined ? {} : { hint }),
    })
  }
  throw new Failure('cannot-do', `nobody signs in at ${preset.name} with ls-auth login`, {
    detail: preset.registration,
    hint: 'A program with a token of its own passes it in LS_AUTH_TOKEN.',
  })
}
