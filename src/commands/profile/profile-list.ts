import { DEFAULT_BACKEND } from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { FIRST_LOGIN } from '../../settings/profile-name.ts'
import { withoutUser } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { withoutSecret } from '../../text/without-secret.ts'
import type { CliCommand } from '../cli-command.ts'
import { globals, type Invocation, printJson, printText, tell } from '../invocation.ts'
import { openListing, type SignInRow } from '../status/sign-ins.ts'
import { personCell, stateOf } from '../status/status-text.ts'
import { fitTable, tellLeftOut, withoutScheme } from '../status/text-table.ts'

/** `ls-auth profile list`: all profiles with API, back end, who is signed in, and issuer. */
export const list: CliCommand<undefined> = { read: () => undefined, run: printList }

async function printList(invocation: Invocation): Promise<void> {
  const { settings, rows: signIns, now, preferred } = await openListing(invocation)
  const rows = signIns
    .filter(({ profile }) => profile !== undefined)
    .map((row) => rowOf(row, settings, preferred, now))
  if (globals(invocation).json) {
    const values = rows.map(({ shown, ...value }) => value)
    return printJson(invocation, values)
  }
  if (rows.length === 0) {
    tell(invocation, `There is no profile yet. ${FIRST_LOGIN}`)
    return
  }
  const cells = rows.map(({ name, default: isDefault, backend, api, issuer, shown }) => [
    `${isDefault ? '* ' : '  '}${safeText(name, 60)}`,
    safeText(backend, 20),
    safeText(shown, 60),
    safeText(withoutScheme(api ?? '-'), 200),
    safeText(withoutScheme(issuer ?? '-'), 200),
  ])
  const heads = ['  PROFILE', 'BACKEND', 'SIGNED IN AS', 'API', 'ISSUER']
  const table = fitTable([heads, ...cells], invocation.ports.terminal)
  await printText(invocation, `${table.lines.join('\n')}\n`)
  tellLeftOut(invocation, table.leftOut, '--json')
}

/** Settings as they are written in the files; commands may find more in the environment. */
function rowOf(row: SignInRow, settings: Settings, preferred: string | undefined, now: number) {
  const name = row.profile as string
  const table = { ...settings.system.profiles[name], ...settings.config.profiles[name] }
  const text = (key: string) => (typeof table[key] === 'string' ? withoutUser(table[key] as string) : null)
  const api = text('api')
  const facts = row.kept instanceof Failure ? undefined : row.kept
  return {
    name,
    default: name === preferred,
    issuer: text('issuer'),
    api: api === null ? null : withoutSecret(api),
    backend: text('backend') ?? DEFAULT_BACKEND,
    state: stateOf(row, now),
    person: facts?.person ?? null,
    shown: personCell(row, now),
  }
}
