import { Failure } from '../errors.ts'
import { drawnBlock } from '../frame/answer.ts'
import { verb } from '../frame/verb.ts'
import type { Settings } from '../settings/files/settings-files.ts'
import { impliedBackend } from '../settings/profile.ts'
import { FIRST_LOGIN } from '../settings/profile-name.ts'
import { withoutUser } from '../settings/urls.ts'
import { withoutSecret } from '../text/secrets.ts'
import { listTable, NOTHING, withoutScheme } from './list-table.ts'
import { openListing, personCell, type SignInRow, stateOf } from './sign-ins.ts'

/** `ls-auth profile list`: all profiles with API, back end, who is signed in, and issuer. */
export const profileList = verb({
  summary: 'show all profiles, and who is signed in',
  flags: {},
  formats: [],
  examples: [
    { does: 'for people', line: 'ls-auth profile list' },
    { does: 'for scripts', line: 'ls-auth profile list --json' },
  ],
  async run(invocation) {
    const { settings, rows: signIns, now, preferred } = await openListing(invocation)
    const rows = signIns
      .filter(({ profile }) => profile !== undefined)
      .map((row) => rowOf(row, settings, preferred, now))
    const columns = [
      { head: '  PROFILE', cell: (row: ProfileRow) => `${row.default ? '* ' : '  '}${row.name}` },
      { head: 'BACKEND', cell: ({ backend }: ProfileRow) => backend ?? NOTHING },
      { head: 'SIGNED IN AS', cell: ({ shown }: ProfileRow) => shown },
      { head: 'API', cell: ({ api }: ProfileRow) => withoutScheme(api ?? NOTHING) },
      { head: 'ISSUER', cell: ({ issuer }: ProfileRow) => withoutScheme(issuer ?? NOTHING) },
    ]
    return {
      data: { rows, row: ({ shown, ...row }: ProfileRow) => row, whole: (all) => all },
      blocks: rows.length === 0 ? [] : [drawnBlock((pen) => listTable(rows, columns, pen))],
      closing: rows.length === 0 ? [`There is no profile yet. ${FIRST_LOGIN}`] : [],
    }
  },
})

type ProfileRow = ReturnType<typeof rowOf>

/** Settings as the files have them; commands may find more in the environment. */
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
    backend: text('backend') ?? impliedBackend((name) => table[name]) ?? null,
    state: stateOf(row, now),
    person: facts?.person ?? null,
    shown: personCell(row, now),
  }
}
