import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Arena, openArena } from './arena.ts'
import { startBusyLoops } from './busy-loops.ts'
import { mixedRound } from './mixed-round.ts'
import { loadGun } from './starting-gun.ts'

/**
 * Many processes that find the same expired token at the same moment, against a provider that revokes the whole
 * session when a refresh token is used twice: `npm run storm -- --processes 16 --rounds 20 [--mixed] [--store file] [--busy 4]`.
 * `--busy`: so many processes beside them that never rest.
 */
export interface Tally {
  refreshes: number
  failures: number
  logins: number
  longest: number
}

const print = (line: string) => process.stdout.write(`${line}\n`)

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    mixed: { type: 'boolean', default: false },
    store: { type: 'string', default: 'keychain' },
    busy: { type: 'string', default: '0' },
  },
})
const processes = Number(values.processes)
const rounds = Number(values.rounds)
const arena = await openArena({ store: values.store === 'file' ? 'file' : 'keychain' })
const beside = startBusyLoops(Number(values.busy))
const tally: Tally = { refreshes: 0, failures: 0, logins: 0, longest: 0 }
try {
  for (let round = 1; round <= rounds; round++) {
    if (values.mixed) await mixedRound(arena, processes, tally, print)
    else await coldRound(arena, round, tally)
  }
  const left = await whatIsLeft(arena)
  for (const line of left) print(line)
  tally.failures += left.length
} finally {
  beside.stop()
  await arena.close()
}
const revocations = arena.provider.grantsRevoked()
const promised = values.mixed ? tally.refreshes <= tally.logins + rounds : tally.refreshes === rounds
const mix = values.mixed ? ` mixed logins=${tally.logins}` : ''
print(
  `processes=${processes} rounds=${rounds} store=${arena.store} busy=${values.busy}${mix} longest=${Math.round(tally.longest)}ms`,
)
print(`refreshes=${tally.refreshes} failures=${tally.failures} revocations=${revocations}`)
process.exitCode = promised && tally.failures === 0 && revocations === 0 ? 0 : 1

/** Makes the stored token expire, then lets all processes ask for one at once. */
async function coldRound(
  { provider, machine, lives, login }: Arena,
  round: number,
  tally: Tally,
): Promise<void> {
  lives.signIn = 1
  lives.refresh = 1
  const chilled = round === 1 ? await login() : await machine.run(['token', '--min-ttl', '3599s'])
  // The new token lives a second: it is kept, and not handed out.
  const isKept = chilled.exit === 2 && chilled.stderr.includes('less than --min-ttl requires')
  if (chilled.exit !== 0 && !isKept) {
    // The round before has killed the session: count it, and go on with a new one.
    tally.failures += 1
    print(`before round ${round}: exit ${chilled.exit}: ${chilled.stderr.trim()}`)
    if ((await login()).exit !== 0) throw new Error('cannot sign in')
  }
  lives.refresh = 3600
  await sleep(1_100)
  const before = provider.refreshCount()
  const gun = await loadGun(machine, resolve('bin/ls-auth.js'))
  const running = Array.from({ length: processes }, () => gun.line(['token']))
  await gun.fire()
  const started = performance.now()
  const tokens = new Set<string>()
  const waits: number[] = []
  await Promise.all(
    running.map(async ({ ended }) => {
      const { exit, stdout, stderr, signal } = await ended
      waits.push(performance.now() - started)
      tokens.add(stdout)
      if (exit === 0 && stdout.length > 100) return
      tally.failures += 1
      print(`round ${round}: exit ${exit ?? signal}: ${stderr.trim()}`)
    }),
  )
  if (tokens.size > 1) {
    tally.failures += 1
    print(`round ${round}: ${tokens.size} different tokens`)
  }
  const refreshes = provider.refreshCount() - before
  tally.refreshes += refreshes
  tally.longest = Math.max(tally.longest, ...waits)
  print(`round ${round}: ${refreshes} refresh, longest ${Math.round(Math.max(...waits))}ms`)
  // A token that is a second old can be chilled: it lives less than 3599 s.
  await sleep(1_000)
}

/** After a last logout nothing may be left, and nobody may be signed in. */
async function whatIsLeft({ machine, keyring, provider, login }: Arena): Promise<string[]> {
  const left: string[] = []
  if (values.mixed) await login()
  const out = await machine.run(['logout'])
  if (out.exit !== 0) left.push(`logout: exit ${out.exit}: ${out.stderr.trim()}`)
  const after = await machine.run(['token'])
  if (after.exit !== 3) left.push(`token after logout: exit ${after.exit}`)
  const items = await keyring?.search('ls-auth')
  if (items?.includes('ls-auth'))
    left.push(`items in the keychain: ${items.match(/account = .*/g)?.join(', ')}`)
  if (provider.liveRefreshTokens() > 0) left.push(`${provider.liveRefreshTokens()} refresh tokens still live`)
  return left
}
