import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isAsShown, sessionsUnder } from '../../readme/sessions.ts'
import { freePort } from '../../world/free-port.ts'
import { cognito } from '../../world/simulator/behaviours/cognito.ts'
import { ENTRA_API, entra } from '../../world/simulator/behaviours/entra.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openWorld } from '../../world/world.ts'
import { simulatorAt } from '../providers/place.ts'

const typed = sessionsUnder('Sign in', readFileSync('docs/providers.md', 'utf8'))

/** What the guide has in place of a company's own values, and those of the simulated company. */
const OWN = [
  { behaviour: okta, host: 'acme.okta.com', own: [] },
  { behaviour: entra, host: 'login.microsoftonline.com', own: [['api://API-ID', `api://${ENTRA_API}`]] },
  { behaviour: cognito, host: 'cognito-idp.eu-west-1.amazonaws.com', own: [] },
] as const

it('the guide signs in at three providers', () => {
  expect(typed).toHaveLength(OWN.length)
})

it.each(OWN)('the guide signs in at $host, and shows what comes', async ({ behaviour, host, own }) => {
  const { line = '', output = '' } = typed.find((one) => one.line.includes(host)) ?? {}
  const port = await freePort()
  const simulator = await simulatorAt(behaviour, port)
  const world = await openWorld({ visitor: { user: 'ada' }, secrets: () => simulator.secrets })
  try {
    const command = own.reduce(
      (text, [name, value]) => text.replace(name, value),
      line.replaceAll('\\\n', ' '),
    )
    const { exit, stdout, stderr } = await world.type(
      command
        .replace(/--issuer \S+/, `--issuer ${simulator.issuer} --provider ${behaviour.id} --port ${port}`)
        .replace(/--client-id \S+/, `--client-id ${behaviour.clientId}`),
    )
    expect({ exit, stdout, stderr }).toMatchObject({ exit: 0, stdout: '' })
    // These two are flags of the test, see above.
    const said = stderr.replace('provider, ', '').replace('redirect_ports, ', '').trimEnd()
    if (!isAsShown(said, output)) expect(said).toBe(output)
    expect((await world.type('ls-auth whoami')).exit).toBe(0)
  } finally {
    await Promise.all([simulator.close(), world.close()])
  }
})
