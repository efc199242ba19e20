// npm run mcp-connect: a thousand calls through `ls-auth mcp --connect` in six processes, with one sign-in whose refresh token works once,
// over expiries, restarts of the server and a storm of 401. Exits with 1 on a wrong answer or a lost sign-in, and where the six
// hold more at the end than at half of the calls, by over a tenth: before, code is compiled.
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AGENTS, type Agent } from '../process/mcp/agent.ts'
import { fileStore, loginArgs, signIn } from '../process/sign-in.ts'
import { openMachine } from '../world/machine.ts'
import { type McpWorldServer, startMcpServer } from '../world/mcp-server.ts'
import { startProvider } from '../world/provider.ts'
import { SCOPES } from '../world/stage.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)
const CALLS = 1000
const PROCESSES = 6
/** The bridge renews twenty seconds before the end, so a token is used for as long again. */
const TOKEN_SECONDS = 40
const EXPIRIES = 4

const provider = await startProvider({ accessTokenSeconds: TOKEN_SECONDS, refreshTokens: 'rotate' })
const issuer = provider.issuer
const probe = ['--expose-gc', '--require', resolve('test/reliability/mcp/memory-probe.cjs')]
const machine = await openMachine({ program: [process.execPath, ...probe, resolve('bin/ls-auth.js')] })
machine.env.LS_AUTH_PROBE_FILES = tmpdir()
let server: McpWorldServer = await startMcpServer({ kind: 'stateful', issuer })
const port = Number(new URL(server.url).port)
await signIn(machine, [
  ...loginArgs(provider),
  ...fileStore(machine),
  ...['--api', server.url, '--scope', SCOPES],
])
const start = AGENTS['the official client, initialize'] as NonNullable<(typeof AGENTS)[string]>
const agents: Agent[] = []
for (let i = 0; i < PROCESSES; i += 1)
  agents.push(await start(machine, ['--connect', server.url, '--max-calls', '2000']))

let [calls, wrong] = [0, 0]
const wrongs: string[] = []
const milliseconds = (EXPIRIES * (TOKEN_SECONDS - 20) * 1000 * PROCESSES) / CALLS
const began = Date.now()
const callAgain = async (agent: Agent) => {
  while (calls < CALLS) {
    calls += 1
    const text = `call ${calls}`
    const answer = await agent
      .call('read_it', { text })
      .catch((error: Error) => ({ text: error.message, isError: true }))
    if (answer.isError || answer.text !== `read_it {"text":"${text}"}`) {
      wrong += 1
      wrongs.push(answer.text.slice(0, 300))
    }
    await sleep(milliseconds)
  }
}
/** Waits until so many calls were made. */
const after = async (count: number) => {
  while (calls < count) await sleep(20)
}
/** Megabytes of all, resident and in use after all garbage is collected. */
const memory = async (): Promise<{ rss: number; inUse: number }> => {
  const sum = { rss: 0, inUse: 0 }
  for (const { running } of agents) {
    const file = join(tmpdir(), `held-${running.child.pid}`)
    running.child.kill('SIGUSR2')
    let text = ''
    while (!text.endsWith('\n')) {
      await sleep(20)
      text = await readFile(file, 'utf8').catch(() => '')
    }
    await rm(file)
    const { rss, heapUsed } = JSON.parse(text)
    sum.rss += rss / 1e6
    sum.inUse += heapUsed / 1e6
  }
  return sum
}
const held: Record<string, Awaited<ReturnType<typeof memory>>> = {}
const restart = async () => {
  await server.close()
  server = await startMcpServer({ kind: 'stateful', issuer, port })
}
const disturb = async () => {
  await after(CALLS * 0.1)
  held.tenth = await memory()
  await after(CALLS * 0.25)
  await restart()
  await after(CALLS * 0.5)
  held.half = await memory()
  const before = provider.refreshCount()
  const known = new Set<string>()
  for (const { headers } of server.requests) known.add(headers.authorization ?? '')
  server.distrusts = (_, token) => known.has(`Bearer ${token}`)
  await after(CALLS * 0.6)
  say(`storm of 401 from ${PROCESSES} processes: renewals=${provider.refreshCount() - before}`)
  server.distrusts = () => false
  await after(CALLS * 0.75)
  await restart()
}
await Promise.all([...agents.map(callAgain), disturb()])
const seconds = Math.round((Date.now() - began) / 1000)
held.end = await memory()
for (const agent of agents) await agent.close()
const lost = (await machine.run(['token'])).exit === 0 && provider.grantsRevoked() === 0 ? 0 : 1
say(`processes=${PROCESSES} seconds=${seconds} renewals=${provider.refreshCount()}`)
for (const text of new Set(wrongs)) say(text)
const figures = Object.entries(held).map(
  ([when, { rss, inUse }]) => `in_use_at_${when}=${inUse.toFixed(1)}MB rss_at_${when}=${rss.toFixed(0)}MB`,
)
say(figures.join(' '))
say(`calls=${calls} wrong=${wrong} sign_ins_lost=${lost}`)
await Promise.all([provider.close(), server.close(), machine.close()])
process.exit(wrong + lost === 0 && (held.end?.inUse ?? 0) <= (held.half?.inUse ?? 0) * 1.1 ? 0 : 1)
