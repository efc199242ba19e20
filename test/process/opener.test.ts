import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browse } from '../world/browser.ts'
import { IS_LINUX } from '../world/linux.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { fileStore, loginArgs } from './sign-in.ts'

let provider: Provider
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
  machine = await openMachine()
})
afterAll(() => Promise.all([provider.close(), machine.close()]))

/** A browser that only writes down the command lines of all processes of this user, its own among them. */
async function recordingBrowser(): Promise<{ path: string; seen: string }> {
  const [path, seen] = [join(machine.home, 'browser'), join(machine.home, 'seen')]
  const script = `#!/bin/sh
for one in /proc/[0-9]*/cmdline; do tr '\\000' ' ' < "$one" && echo; done 2>/dev/null > ${seen}.part
mv ${seen}.part ${seen}
`
  await writeFile(path, script)
  await chmod(path, 0o700)
  return { path, seen }
}

describe.skipIf(!IS_LINUX)('the command line of the opener', () => {
  it('holds the address of a page of our own, and nothing of the authorization request', async () => {
    const { path, seen } = await recordingBrowser()
    const login = machine.start([...loginArgs(provider), ...fileStore(machine)], {
      env: { BROWSER: path },
    })
    let lines: string[] = []
    while (lines.length === 0) {
      const text = await readFile(seen, 'utf8').catch(() => '')
      lines = text.split('\n').filter((line) => line.includes(path) || line.includes('xdg-open'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const start = lines.map((line) => /http:\S+/.exec(line)?.[0]).find((address) => address)
    expect(start).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\/start\/[\w-]{32}$/)
    for (const line of lines) expect(line).not.toMatch(/state|nonce|code_challenge|client_id|ls-auth-cli/)
    expect((await browse(start as string, { user: 'alice' })).body).toContain('You are signed in')
    expect(await login.ended).toMatchObject({ exit: 0, stdout: '' })
  })
})
