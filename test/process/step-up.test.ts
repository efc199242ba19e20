import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { browse } from '../world/browser.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { openPty, PTY } from '../world/pty.ts'
import { openStage, type Stage } from '../world/stage.ts'
import { putOnPath } from './shell.ts'
import { fileStore, loginArgs, PRINTED_URL, signIn } from './sign-in.ts'

/** "It wants a stronger sign-in", by the built program: in a real terminal, and in a script. */

let stage: Stage
let machine: Machine
let challenge: string
beforeAll(async () => {
  const stepUp = ({ acr }: JWTPayload) => (acr === 'gold' ? undefined : challenge)
  stage = await openStage({ provider: { acrValues: ['password', 'gold'] }, gateway: { stepUp } })
})
afterAll(() => stage.close())
beforeEach(async () => {
  machine = await openMachine()
  const api = ['--api', stage.gateway.url, '--organization', 'acme', '--project', 'prod']
  const scope = ['--scope', 'openid profile email offline_access traces:read']
  const line = [...loginArgs(stage.provider), ...api, ...scope, ...fileStore(machine)]
  const { ended } = await signIn(machine, line)
  expect(ended.exit, ended.stderr).toBe(0)
})
afterEach(() => machine.close())

it.skipIf(!needs(PTY))('in a terminal (RFC 9470): Enter, one sign-in, and the answer', async () => {
  challenge = 'error="insufficient_user_authentication", acr_values="gold"'
  const pty = openPty(machine, [process.execPath, BINARY, 'services'])
  await pty.sees(/Sign in again as alice@example\.test, in the browser\? \[Y\/n\] $/)
  pty.press('\r')
  const [, url] = await pty.sees(/^ {2}(http\S+\/auth\?\S+)\r$/m)
  await browse(url as string, { user: 'alice' })
  expect(await pty.ended, pty.screen).toBe(0)
  expect(pty.screen.split('Signed in as alice@example.test.')[1]).toContain('\r\ncheckout\r\n')
  expect(pty.screen.match(/Sign in again/g)).toHaveLength(1)
  expect((await machine.run(['services'])).exit).toBe(0)
})

it('in a script (claims): the command, pasted into a shell, and then the answer', async () => {
  const claims = { id_token: { acr: { essential: true, value: 'gold' } } }
  challenge = `error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString('base64')}"`
  const refused = await machine.run(['services'])
  expect(refused).toMatchObject({ exit: 3, stdout: '' })
  const command = /ls-auth login .*/.exec(refused.stderr)?.[0] as string
  await putOnPath(machine)
  const login = machine.command('sh', ['-c', `${command} --no-browser`])
  const [, url] = await login.said(PRINTED_URL)
  await browse(url as string, { user: 'alice' })
  expect((await login.ended).exit).toBe(0)
  expect((await machine.run(['services'])).exit).toBe(0)
})
