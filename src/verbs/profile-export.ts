import { LOCAL_SETTINGS } from '../commands/profile-transfer.ts'
import { verb } from '../frame/verb.ts'
import { isObject } from '../json-object.ts'
import { renderProfile } from '../settings/files/config-text.ts'
import { readSettings, type Settings } from '../settings/files/settings-files.ts'
import { existingName } from '../settings/profile-name.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'
import { checkBaseUrl, checkIssuer } from '../settings/urls.ts'
import { safeToml } from '../text/safe-text.ts'
import { profileArgument } from './flags.ts'

/** `ls-auth profile export NAME`: the profile as TOML on stdout, for a team to import. Holds no secret. */
export const profileExport = verb({
  args: '<name>',
  summary: 'print a profile as TOML, for your team to import',
  flags: { name: profileArgument },
  formats: [],
  completes: ['profiles'],
  examples: [
    {
      does: 'write a file to share (it holds no secret)',
      line: 'ls-auth profile export work > work.toml',
    },
    { does: 'import it on another machine', line: 'ls-auth profile add work --from work.toml' },
  ],
  async run({ ports: { env, files, terminal } }, { name = '' }) {
    const settings = await readSettings(env, await files())
    const table = tableOf(settings, existingName(settings, name))
    const { issuer, api } = table
    if (typeof issuer === 'string') checkIssuer(issuer)
    if (typeof api === 'string') checkBaseUrl(api, String(table.authorization ?? ''))
    const shared = Object.fromEntries(Object.entries(table).filter(([key]) => !LOCAL_SETTINGS.has(key)))
    await terminal.out(safeToml(await renderProfile(name, shared)))
    return undefined
  },
})

/** The profile of both files, as it counts. */
function tableOf({ system, config }: Settings, name: string): Readonly<Record<string, unknown>> {
  const [before, own] = [system.profiles[name] ?? {}, config.profiles[name] ?? {}]
  const joined = SETTING_TABLE.flatMap(({ key, byKey }) => {
    const [one, other] = [before[key], own[key]]
    return byKey === true && isObject(one) && isObject(other) ? [[key, { ...one, ...other }]] : []
  })
  return { ...before, ...own, ...Object.fromEntries(joined) }
}
