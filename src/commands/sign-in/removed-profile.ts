import { listed } from '../../backends/table.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { safeText } from '../../text/safe-text.ts'
import { withoutSecret } from '../../text/without-secret.ts'
import { optionWords } from '../command-line.ts'
import type { Invocation } from '../invocation.ts'

/**
 * Failure `settings` when the profile of a sign-in was there `before` it and is not there any more. Whoever removed it wants
 * no sign-in for it; who did so by mistake can make it anew with the line of the hint.
 */
export function refuseRemoved(invocation: Invocation, before: Settings, now: Settings, client: Client): void {
  const { profile: name, issuer, clientId } = client
  if (!profileNames(before).includes(name) || profileNames(now).includes(name)) return
  const was = {
    issuer,
    client_id: clientId,
    ...before.system.profiles[name],
    ...before.config.profiles[name],
  }
  const rows = SETTING_TABLE.filter(({ key }) => was[key as keyof typeof was] !== undefined)
  const flags = rows.flatMap((row) =>
    row.flag === undefined || isRepeated(invocation, row)
      ? []
      : [[row.flag, typedValue(was[row.key as keyof typeof was])]],
  )
  const lost = rows.filter(({ flag }) => flag === undefined).map(({ key }) => key)
  const but = lost.length === 0 ? '' : `, but for its ${listed(lost, 'and')}`
  throw new Failure('settings', `the profile ${safeText(name, 60)} was removed meanwhile`, {
    hint: `To make it anew${but}: ls-auth login${optionWords({ profile: name, ...Object.fromEntries(flags) })}`,
  })
}

/** A hint of `login` repeats what was typed; see repeat-flags.ts. Flags of other commands are about one run. */
const isRepeated = ({ command, settings }: Invocation, { flag }: (typeof SETTING_TABLE)[number]): boolean =>
  command === 'login' && flag !== undefined && settings[flag] !== undefined

/** A setting as its flag takes it: a list of words is one value. */
function typedValue(value: unknown): string | string[] {
  if (!Array.isArray(value)) return withoutSecret(String(value))
  return value.every((one) => typeof one === 'string') ? value.join(' ') : value.map(String)
}
