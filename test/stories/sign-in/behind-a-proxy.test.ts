import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBackend } from '../../../src/backends/table.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { httpServer, listen } from '../../world/loopback-server.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

// What a command of `ls-auth exec --proxy` finds in its environment; nothing here is asked through it.
const SECRET = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'
const DOOR = { LS_AUTH_PROXY: '1', LS_AUTH_API: `http://127.0.0.1:9/${SECRET}`, LS_AUTH_BACKEND: 'tempo' }

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
  world = await openWorld({
    visitor: { user: 'alice' },
    secrets: () => [...provider.secrets, SECRET],
    columns: 160,
  })
  await world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api http://127.0.0.1:1 --profile work`,
  )
})
afterAll(() => Promise.all([world.close(), provider.close()]))

async function behind(line: string, variables: Record<string, string> = {}) {
  Object.assign(world.variables, DOOR, variables)
  try {
    return await world.type(`ls-auth ${line}`)
  } finally {
    for (const name of Object.keys(DOOR)) delete world.variables[name]
  }
}

/** Seconds that are left pass between two looks. */
const untimed = (text: string): string =>
  text.replace(/"expires_in": \d+|expiry after [\dTZ:-]+|"operator": ">",\s*"expected": \d+/g, '')

describe('behind "ls-auth exec --proxy"', () => {
  it.each([
    'profile show',
    'profile show --json',
    'status',
    'status --json',
    'profile list',
    'doctor',
    'doctor --json',
  ])('%s does not show the secret of the proxy', async (line) => {
    const { stdout, stderr } = await behind(line)
    expect(stdout + stderr).not.toContain(SECRET)
  })

  it('no file holds it, nor is a page of the proxy offered to a browser', async () => {
    const jaeger = await listen(httpServer((_, response) => response.end('{"services":["checkout"]}')))
    world.watched = true
    const address = `http://127.0.0.1:${jaeger.port}/${SECRET}`
    const services = await behind('services', { LS_AUTH_API: address, LS_AUTH_BACKEND: 'jaeger' })
    world.watched = false
    await jaeger.close()
    expect(services).toMatchObject({ exit: 0, stdout: 'checkout\n' })
    const seen = await readFile(join(world.stateDirectory, 'services.json'), 'utf8')
    expect(seen).toContain(`jaeger http://127.0.0.1:${jaeger.port}/…`)
    expect(seen).not.toContain(SECRET)
    const never = () => Promise.reject()
    const linkAt = async (base: string) => {
      const access = { base: new URL(base), place: {}, send: never, now: Date.now, snapshotConsent: never }
      return (await openBackend('jaeger', access)).link?.({ traceId: 'a' } as Trace)
    }
    expect(await linkAt(address)).toBeUndefined()
    expect(await linkAt('http://127.0.0.1:16686/')).toBe('http://127.0.0.1:16686/trace/a')
  })

  it.each(['whoami', 'whoami --json', 'check', 'check --json'])(
    '%s is as outside: the sign-in is for the API behind the proxy',
    async (line) => {
      const outside = await world.type(`ls-auth ${line}`)
      expect(outside).toMatchObject({ exit: 0, stderr: '' })
      const { stdout, ...others } = await behind(line)
      expect({ ...others, stdout: untimed(stdout) }).toEqual({ ...outside, stdout: untimed(outside.stdout) })
    },
  )

  it.each(['token', 'token --id-token', 'token --header'])(
    '%s hands out none, and says where there is one',
    async (line) => {
      expect(await behind(line)).toEqual({
        exit: 10,
        stdout: '',
        stderr:
          'error: ls-auth prints no token behind a local proxy, which adds it itself (LS_AUTH_PROXY is set)\n' +
          `hint: Run it outside of exec --proxy.\n`,
      })
    },
  )

  it('token prints one that the command has been given itself', async () => {
    const given = { LS_AUTH_TOKEN: 'given' }
    expect(await behind('token', given)).toMatchObject({ exit: 0, stdout: 'given\n' })
    delete world.variables.LS_AUTH_TOKEN
  })

  it('doctor says who adds the token', async () => {
    expect((await behind('doctor')).stdout).toMatch(
      /^ok +session +none needed: a local proxy adds the token \(LS_AUTH_PROXY is set\)$/m,
    )
  })
})
