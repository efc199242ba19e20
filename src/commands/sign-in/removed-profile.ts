import { listed } from '../../backends/table.ts'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { defaultName, profileNames } from '../../settings/profile-name.ts'
import type { SettingKey } from '../../settings/setting-key.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
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
  const rows = SETTING_TABLE.flatMap((row) => {
    const value = was[row.key as keyof typeof was]
    return value === undefined || isRepeated(invocation, row) ? [] : [{ ...row, word: wordFor(row, value) }]
  })
  const words = Object.fromEntries(
    rows.flatMap(({ flag, word }) => (word === undefined ? [] : [[flag, word]])),
  )
  const lost = rows.filter(({ word }) => word === undefined).map(({ key }) => key)
  const but = lost.length === 0 ? '' : `, but for its ${listed(lost, 'and')}`
  throw new Failure('settings', `the profile ${safeText(name, 60)} was removed meanwhile`, {
    hint: `To make it anew${but}: ls-auth login${optionWords({ profile: name, ...words })}`,
    detail: isDefaultNoMore(name, before, now)
      ? [`to make it the default again: ls-auth profile use ${shellWord(name)}`]
      : [],
  })
}

/** Whether it was the default, and will not be when it is made anew beside others. */
function isDefaultNoMore(name: string, before: Settings, now: Settings): boolean {
  const named = now.config.defaultProfile ?? now.system.defaultProfile
  return defaultName(before) === name && named !== name && profileNames(now).length > 0
}

/** A hint of `login` repeats what was typed; see repeat-flags.ts. Flags of other commands are about one run. */
const isRepeated = ({ command, settings }: Invocation, { flag, ofOneRun }: SettingKey): boolean =>
  command === 'login' && !ofOneRun && flag !== undefined && settings[flag] !== undefined

/**
 * A setting as its flag takes it: a list of words is one value. Undefined: no flag of `login` sets it, or it holds the secret of
 * a local proxy.
 */
function wordFor({ flag, ofOneRun }: SettingKey, value: unknown): string | string[] | undefined {
  if (flag === undefined || ofOneRun) return undefined
  if (!Array.isArray(value)) return withoutSecret(String(value)) === String(value) ? String(value) : undefined
  return value.every((one) => typeof one === 'string') ? value.join(' ') : value.map(String)
}
