import { readClaimsRequest } from '../../claims/claims-request.ts'
import { readAcrValues, readMaxAge, type SignInRequirements } from '../../claims/sign-in-requirements.ts'
import { Failure } from '../../errors.ts'
import type { Flags } from '../cli-command.ts'
import { durationFlag, textFlag, textsFlag } from '../typed-flags.ts'

/** What `login` asks of the provider by `--acr`, `--max-age` and `--claims`. Failure `usage`. */
export function readRequirements(flags: Flags): SignInRequirements {
  const acr = textsFlag(flags, 'acr')
  const acrValues = acr && readAcrValues(acr.join(' '))
  if (acr && acrValues === undefined) throw unusable('--acr', 'not in printable ASCII, or too long')
  const age = durationFlag(flags, 'maxAge')
  const maxAgeSeconds = age === undefined ? undefined : readMaxAge(String(age))
  if (age !== undefined && maxAgeSeconds === undefined) throw unusable('--max-age', 'too long')
  const typed = textFlag(flags, 'claims')
  const read = typed === undefined ? undefined : readClaimsRequest(typed)
  if (read && 'problem' in read) throw unusable('--claims', read.problem)
  return {
    ...(acrValues && { acrValues }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(read && { claims: read.claims }),
  }
}

const HINTS = {
  '--acr': 'Give one value, as the provider or the API names it; repeat the flag for more.',
  '--max-age': 'Write it like 0s, 90s, 5m or 1h.',
  '--claims': `Write it like '{"id_token":{"acr":{"essential":true,"value":"VALUE"}}}'.`,
}

const unusable = (flag: keyof typeof HINTS, why: string): Failure =>
  new Failure('usage', `${flag} is ${why}`, { hint: HINTS[flag] })
