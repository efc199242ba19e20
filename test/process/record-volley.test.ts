import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGun } from '../reliability/starting-gun.ts'
import { listen } from '../world/loopback-server.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'

/** A proof that is taken for a token; the API only answers. */
const TOKEN = ['{"alg":"none"}', '{"sub":"robot","jti":"j-1","iss":"https://ci.example"}', 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

let machine: Machine
let api: Server
let apiUrl: string
beforeAll(async () => {
  machine = await openMachine()
  api = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{}')
  })
  apiUrl = `http://127.0.0.1:${(await listen(api)).port}`
})
afterAll(async () => {
  api.closeAllConnections()
  api.close()
  await machine.close()
})

const lines = async (path: string) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

describe('the record of a hundred processes that are let go at one moment, each with several lines', () => {
  /** Each run signs in as a workload, and asks once. */
  const crowd = async (state: string) => {
    const config = join(state, 'config')
    await mkdir(join(config, 'ls-auth'), { recursive: true })
    const profile = `[profiles.job]\nissuer = "https://ci.example"\napi = "${apiUrl}"\n`
    const workload = '[profiles.job.workload]\nsource = "env:PROOF"\n'
    await writeFile(join(config, 'ls-auth', 'config.toml'), profile + workload)
    const env = { XDG_STATE_HOME: state, XDG_CONFIG_HOME: config, PROOF: TOKEN }
    const gun = await loadGun(machine, BINARY)
    const runs = Array.from({ length: 100 }, (_, i) =>
      gun.line(['api', `/run/${i}`, '--reason', `run ${i} ${'y'.repeat(180)}`], 0, env),
    )
    await gun.fire()
    for (const { ended } of runs) expect(await ended).toMatchObject({ exit: 0, stdout: '{}', stderr: '' })
    const directory = join(state, 'ls-auth')
    const names = (await readdir(directory)).filter((name) => /^audit\.jsonl(\.\d)?$/.test(name))
    const all = (await Promise.all(names.map((name) => lines(join(directory, name))))).flat()
    const ours = all.filter(({ reason }) => reason?.startsWith('run '))
    return { names, seen: ours.map(({ event, reason }) => `${reason.split(' ')[1]} ${event}`).sort() }
  }
  const expected = Array.from({ length: 100 }, (_, i) => [`${i} request`, `${i} sign-in`])
    .flat()
    .sort()

  it('lose none and break none', async () => {
    expect(await crowd(join(machine.home, 'volley'))).toEqual({ names: ['audit.jsonl'], seen: expected })
  })

  it('also while the file is full and a new one begins', async () => {
    const state = join(machine.home, 'full-volley')
    await mkdir(join(state, 'ls-auth'), { recursive: true })
    const old = `${JSON.stringify({ was: 'o'.repeat(5000) })}\n`
    const path = join(state, 'ls-auth', 'audit.jsonl')
    await writeFile(path, old.repeat(Math.floor(9_960_000 / old.length)), { mode: 0o600 })
    const { names, seen } = await crowd(state)
    expect(names.sort()).toEqual(['audit.jsonl', 'audit.jsonl.1'])
    expect(seen).toEqual(expected)
  })
})
