import { startGateway } from '../../world/gateway.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openGateway } from './gateway-answers.ts'
import type { Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'
import { startStranger } from './servers.ts'

const trace = makeTrace({ seed: 7 })
const GET = `ls-auth trace get ${trace.spans[0]?.spanId} --timeout 1`

/** The session's token is for one API, as it was confirmed at the sign-in. */
const ELSEWHERE: readonly {
  does: string
  sound?: true
  exit: number
  move(scene: Scene, to: string, from: string): Promise<string>
}[] = [
  { does: 'the API of the sign-in', sound: true, exit: 0, move: async () => GET },
  { does: 'another API by --api', exit: 10, move: async (_, to) => `${GET} --api ${to}` },
  {
    does: 'another API by LS_AUTH_API',
    exit: 10,
    move: async ({ world }, to) => {
      world.variables.LS_AUTH_API = to
      return GET
    },
  },
  {
    does: 'another API in the settings file',
    exit: 10,
    move: async ({ world }, to) => {
      await world.editConfig((text) => text.replace(/^api = .*$/m, `api = "${to}"`))
      return GET
    },
  },
  {
    does: 'the same host as a user name of another',
    exit: 2,
    move: async (_, to, from) => `${GET} --api ${from.replace('://', '://x@')}.${new URL(to).host}`,
  },
  {
    does: 'a host that begins like it',
    exit: 10,
    move: async (_, __, from) => `${GET} --api https://${new URL(from).hostname}.evil.example`,
  },
]

const elsewhereScenario = ({ does, sound, exit, move }: (typeof ELSEWHERE)[number]): Scenario => ({
  who: 'gateway',
  family: 'where the token goes',
  does: `asked to send it to ${does}`,
  ...(sound && { sound }),
  async play(scene) {
    const api = await startTraceApi({ apiKey: 'k', traces: [trace] })
    const own = await startGateway({
      issuer: scene.provider.issuer,
      audience: 'api://traces',
      scope: 'traces:read',
      upstream: api.url,
      apiKey: 'k',
    })
    const other = await startStranger()
    scene.onClose(() => Promise.all([api.close(), own.close(), other.close()]))
    await openGateway(scene, own.url)
    await scene.meets(await move(scene, other.url, own.url), { exit })
    scene.must(other.connections === 0, 'the other API was asked')
  },
})

export const destinationScenarios: readonly Scenario[] = ELSEWHERE.map(elsewhereScenario)
