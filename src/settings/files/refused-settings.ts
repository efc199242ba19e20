import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import { shellWord } from '../../text/shell-word.ts'
import type { OpenPlace } from './who-may-write.ts'

/**
 * Failure `refused`: another user decides what the user's own settings say, as where tokens go and by which proxy. Undefined:
 * by sudo, they are those of whoever has typed it.
 */
export function refusedSettings(
  places: readonly OpenPlace[],
  { uid, variables }: Pick<Env, 'uid' | 'variables'>,
): Failure | undefined {
  const isCallers = ({ owner }: OpenPlace) => uid === 0 && String(owner) === variables.SUDO_UID
  const first = places.find((place) => !(place.isForeign && isCallers(place)))
  if (first === undefined) return undefined
  const { path, kind, why, owner, isForeign } = first
  const sudo = uid === 0 || uid === owner ? '' : 'sudo '
  const run = isForeign ? `chown ${kind === 'symlink' ? '-h ' : ''}${uid}` : 'chmod go-w'
  return new Failure('refused', `${path} ${why}`, {
    hint: `Check what the settings say, then run: ${sudo}${run} ${shellWord(path)}`,
  })
}
