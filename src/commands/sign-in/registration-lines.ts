import type { Preset } from '../../providers/preset.ts'
import { registrationSteps } from '../../providers/preset-texts.ts'
import { urisToRegister } from '../../providers/presets.ts'
import { wrap } from '../../text/wrap.ts'

/** Lines that say what an administrator registers at the provider before a sign-in works: redirect URIs, then its steps. */
export function registrationLines(preset: Preset, columns: number): string[] {
  const uris = urisToRegister(preset)
  return [
    ...(uris.length > 0
      ? [`Register ${uris.length > 1 ? 'these redirect URIs' : 'this redirect URI'} at the provider:`]
      : []),
    ...uris.map((uri) => `  ${uri}`),
    ...registrationSteps(preset).flatMap((step) => wrap(`- ${step}`, columns, '  ').split('\n')),
  ]
}
