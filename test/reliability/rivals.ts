// npm run rivals [-- --short] [--sizes 2,6] [--rounds 3]: how often a sign-in is lost when several processes share its refresh token, which works once.
// mcp-remote and mcpc, newest from npm, in a scratch folder, beside ls-auth. An authorization server of the tests ends a sign-in
// whose refresh token comes twice (RFC 9700 §4.14.2). Each round asks every process for one call at the same moment, and then asks
// a new process for one more: who cannot answer without a browser has lost the sign-in, and signs in again for the next round.
// "In the window": a process was killed after it had sent the refresh token and before it could keep the new one, and the old one
// came again after that. No program without a second copy at the server can avoid it. At its end all that it started is dead.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startMcpServer } from '../world/mcp-server.ts'
import { startOAuthServer } from '../world/oauth-server.ts'
import { killBelow, lsAuth, type Member, mcpc, mcpRemote, type Place, type Team } from './rivals/teams.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)
const isShort = process.argv.includes('--short')
const typed = process.argv.join(' ')
const ROUNDS = Number(/--rounds (\d+)/.exec(typed)?.[1] ?? (isShort ? 2 : 10))
const [, chosen = isShort ? '2,6' : '2,6,20'] = /--sizes ([\d,]+)/.exec(typed) ?? []
const SIZES = chosen.split(',').map(Number)
const WAYS = ['expired', 'early 401', 'killed'] as const
type Way = (typeof WAYS)[number]
/** ls-auth renews twenty seconds before the end; the others after a 401. So each has a token that is old. */
const TOKEN_SECONDS = 25
/** ls-auth renews for one 401 in thirty seconds, and each round has one. The others need no rest. */
const pauseOf = (team: Team, way: Way) => (way === 'expired' || team.name === 'ls-auth' ? 31_000 : 2000)
const RENEWS = /grant_type=refresh_token/

/** npm fetches them once: the folder stays for the next run, also without a network. */
async function install(): Promise<string> {
  const folder = join(tmpdir(), 'ls-auth-rivals')
  if (existsSync(join(folder, 'node_modules'))) return folder
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const packages = ['mcp-remote@latest', '@apify/mcpc@latest']
  execFileSync('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder, stdio: 'ignore' })
  return folder
}

const versionIn = async (folder: string, name: string): Promise<string> =>
  JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version

/** Homes of this run. */
const homes = mkdtempSync(join(tmpdir(), 'rivals-'))
process.on('exit', () => {
  killBelow(homes)
  rmSync(homes, { recursive: true, force: true, maxRetries: 3 })
})
for (const [signal, exit] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => process.exit(exit))

interface Score {
  signInsLost: number
  /** Of them, those lost in the window. */
  inWindow: number
  callsLost: number
  calls: number
  tokenRequests: number
}

async function score(team: Team, size: number, way: Way): Promise<Score> {
  const authorization = await startOAuthServer({ accessSeconds: way === 'expired' ? TOKEN_SECONDS : 3600 })
  const server = await startMcpServer({ kind: 'stateful', authorization })
  const home = await mkdtemp(join(homes, 'home-'))
  const asked = () =>
    authorization.asked('token').filter((form) => RENEWS.test(new URLSearchParams(form as never).toString()))
  const place = { home, url: server.url, issuer: authorization.issuer }
  const total: Score = { signInsLost: 0, inWindow: 0, callsLost: 0, calls: 0, tokenRequests: 0 }
  let members: Member[] = []
  const begin = async () => {
    await signInOnce(team, place)
    members = await Promise.all(Array.from({ length: size }, (_, i) => team.open(place, `m${i}`)))
  }
  const end = async () => {
    await Promise.all(members.map((one) => one.close()))
    members = []
  }
  const callAll = async (killed: ReadonlySet<number>) => {
    const answers = await Promise.all(members.map((one) => one.call()))
    answers.forEach((isAnswered, i) => {
      if (killed.has(i)) return
      total.calls += 1
      if (!isAnswered) total.callsLost += 1
    })
  }
  try {
    await begin()
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = asked().length
      await sleep(pauseOf(team, way))
      if (way !== 'expired') authorization.forgetTokens()
      // Every third process, somewhere within the renewal.
      const killed = new Set(way === 'killed' ? members.flatMap((_, i) => (i % 3 === 0 ? [i] : [])) : [])
      const kills: { readonly at: number; readonly ports: readonly number[] }[] = []
      const killing = [...killed].map(async (i) => {
        await sleep(Math.random() * 400)
        const ports = (await members[i]?.kill()) ?? []
        kills.push({ at: performance.now(), ports })
      })
      await callAll(killed)
      await Promise.all(killing)
      total.tokenRequests += asked().length - before
      authorization.forgetTokens()
      const other = await team.open(place, `other${round}`)
      const isKept = await other.call()
      if (!isKept && process.argv.includes('--debug'))
        say(`${team.name} ${way}: ${authorization.familiesRevoked} ${other.said()}`)
      await other.close()
      if (!isKept) {
        total.signInsLost += 1
        // The last good renewal was that of a process that was killed, and the old token came again later.
        const renewal = authorization.renewals.findLast(({ isGood }) => isGood)
        const kill = kills.find(({ ports }) => renewal !== undefined && ports.includes(renewal.port))
        const again = authorization.renewals.find(({ at, isGood }) => !isGood && at > (renewal?.at ?? 0))
        if (kill !== undefined && again !== undefined && again.at > kill.at) total.inWindow += 1
        await end()
        if (round === ROUNDS - 1) break
        await team.forget(place)
        await begin()
      } else for (const i of killed) members[i] = await team.open(place, `m${i}r${round}`)
    }
    return total
  } finally {
    await end()
    killBelow(home)
    await Promise.all([server.close(), authorization.close()])
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** One after the other, and again: some have one port for the answer of the browser. */
let signingIn: Promise<unknown> = Promise.resolve()
function signInOnce(team: Team, place: Place): Promise<void> {
  const work = async () => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await team.signIn(place)
      } catch (error) {
        if (tries === 5) throw error
        await sleep(2000)
      }
    }
  }
  const done = signingIn.then(work)
  signingIn = done.catch(() => {})
  return done
}

const folder = await install()
const teams = [
  mcpRemote(folder, await versionIn(folder, 'mcp-remote')),
  mcpc(folder, await versionIn(folder, '@apify/mcpc')),
  lsAuth(resolve('bin/ls-auth.js'), JSON.parse(await readFile('package.json', 'utf8')).version),
].filter(({ name }) => !process.argv.includes('--only') || process.argv.includes(name))
say(`${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${ROUNDS} rounds each`)
say('| program | processes | token | sign-ins lost | in the window | calls lost | requests for a token |')
say('|---|---:|---|---:|---:|---:|---:|')
let lost = 0
const row = async (team: Team, size: number, way: Way) => {
  const scored = await score(team, size, way).catch((error) => {
    if (team.name === 'ls-auth') throw error
    return undefined
  })
  if (scored === undefined)
    return `| ${team.name} ${team.version} | ${size} | ${way} | no sign-in in two minutes ||||`
  const { signInsLost, inWindow, callsLost, calls, tokenRequests } = scored
  if (team.name === 'ls-auth') lost += signInsLost - inWindow
  const figures = `${signInsLost} of ${ROUNDS} | ${inWindow} | ${callsLost} of ${calls} | ${tokenRequests}`
  return `| ${team.name} ${team.version} | ${size} | ${way} | ${figures} |`
}
for (const size of SIZES)
  await Promise.all(
    teams.map(async (team) => {
      // Most of the time they wait. Of twenty, fewer at once: else the machine is what is measured.
      const groups = size < 10 || team.name === 'ls-auth' ? [WAYS] : WAYS.map((way) => [way])
      for (const ways of groups) await Promise.all(ways.map(async (way) => say(await row(team, size, way))))
    }),
  )
say(`ls-auth sign_ins_lost=${lost}, but for those in the window`)
process.exit(lost === 0 ? 0 : 1)
