import { approveDevice } from '../../world/browser.ts'
import { type Json, type Provider, startProvider, type Tamper } from '../../world/provider.ts'
import { type Outcome, openWorld, type World } from '../../world/world.ts'
import type { Expected } from './scenario.ts'

export type Flow = 'browser' | 'device'

/** One person's machine in front of the provider, and the notes on what was promised and not kept. */
export interface Scene {
  readonly provider: Provider
  /** The machine; a scenario may bring one that knows another provider. */
  world: World
  /** Promises that were broken, in words. */
  readonly complaints: readonly string[]
  /** How the command that the scenario is about ended, for its line of the report. */
  readonly ending: string
  /** Closed with the scene. */
  onClose(close: () => Promise<unknown>): void
  /** A step on the way: every general promise is checked, and its exit. */
  type(line: string, exit?: number | readonly number[]): Promise<Outcome>
  /** The command that the scenario is about. */
  meets(line: string, expected: Expected): Promise<Outcome>
  /** `ls-auth login` by this flow; in the device flow somebody types the code in. */
  signIn(flow: Flow, tamper: Tamper, expected: Expected): Promise<Outcome>
  /** Time passes for this machine and, by the Date header, not for the provider. */
  pass(seconds: number): void
  must(kept: boolean, promise: string): void
}

/** A scenario that has not ended by then hangs, seconds. */
const LONGEST_SECONDS = 20

/** As in src/safe-text.ts, written out again: the promise, not the code. */
const STEERING =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u

/** Statuses that docs/scripts.md documents. */
const EXITS = new Set([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])

const TWO_LINES = /^((note|warning): .*\n(hint: .*\n)?|[^\n]*\n)*error: .+\nhint: .+\n( {2}.+\n)*$/

/** The provider all scenarios share: it is put right again for each of them. */
export const startSharedProvider = (): Promise<Provider> =>
  startProvider({ deviceInterval: 1, resources: ['api://traces', 'api://other'] })

/** Opens a machine with one profile, `work`, for the provider. */
export async function openScene(provider: Provider): Promise<Scene & { close(): Promise<void> }> {
  provider.tamper = {}
  const world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  world.looksAtSockets = true
  await world.writeConfig(
    [
      '[profiles.work]',
      `issuer = "${provider.issuer}"`,
      `client_id = "${provider.clientId}"`,
      'redirect_ports = "any"',
      'scopes = "openid profile email groups offline_access traces:read"',
      'api = "https://gateway.example"',
      '',
    ].join('\n'),
  )
  const complaints: string[] = []
  const closing: (() => Promise<unknown>)[] = [() => world.close()]
  const must = (kept: boolean, promise: string) => {
    if (!kept) complaints.push(promise)
  }
  const scene = {
    provider,
    world,
    complaints,
    ending: 'no request was sent',
    must,
    onClose: (close: () => Promise<unknown>) => closing.unshift(close),
    pass: (seconds: number) => {
      scene.world.clockOffset += seconds * 1000
    },
    type: (line: string, exit: number | readonly number[] = 0) => watch(line, { exit }),
    async meets(line: string, expected: Expected) {
      const outcome = await watch(line, expected)
      const told = (outcome.stderr.match(/^error: .*$/m)?.[0] ?? '').slice(0, 110)
      scene.ending = `exit ${outcome.exit}${told === '' ? '' : `, ${told}`}`
      return outcome
    },
    async signIn(flow: Flow, tamper: Tamper, expected: Expected) {
      provider.tamper = flow === 'device' ? withApproval(scene, tamper) : tamper
      return scene.meets(`ls-auth login${flow === 'device' ? ' --device' : ''} --timeout 1`, expected)
    },
    async close() {
      for (const close of closing) await close()
      provider.tamper = {}
    },
  }
  return scene

  async function watch(line: string, expected: Expected): Promise<Outcome> {
    const started = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no end within ${LONGEST_SECONDS} s`)),
        LONGEST_SECONDS * 1000,
      )
    })
    try {
      const outcome = await Promise.race([scene.world.type(line), late])
      complaints.push(...brokenPromises(line, outcome, expected))
      return outcome
    } catch (error) {
      complaints.push(`${line}: ${(error as Error).message}`)
      return { exit: -1, stdout: '', stderr: '' }
    } finally {
      clearTimeout(timer)
      const seconds = (performance.now() - started) / 1000
      must(seconds < LONGEST_SECONDS, `${line}: took ${seconds.toFixed(1)} s`)
    }
  }
}

/** What is promised about every command, whoever misbehaves, and then what this scenario asks. */
function brokenPromises(line: string, { exit, stdout, stderr }: Outcome, expected: Expected): string[] {
  const broken: string[] = []
  const wanted = [expected.exit].flat()
  if (!wanted.includes(exit))
    broken.push(`${line}: exit ${exit} instead of ${wanted.join(' or ')}: ${stderr.slice(-400)}`)
  if (!EXITS.has(exit)) broken.push(`${line}: exit ${exit} is in no table`)
  const steering = STEERING.exec(stdout.replaceAll('\r\n', '\n')) ?? STEERING.exec(stderr)
  if (steering) broken.push(`${line}: prints U+${steering[0].codePointAt(0)?.toString(16)}`)
  const errors = stderr.match(/^error: /gm)?.length ?? 0
  if (exit !== 0 && exit !== 5 && !stderr.startsWith('{') && !(errors === 1 && TWO_LINES.test(stderr)))
    broken.push(`${line}: not one error in two lines: ${JSON.stringify(stderr)}`)
  if (stderr.length > 4_000) broken.push(`${line}: ${stderr.length} characters on stderr`)
  const said = exit === 0 ? stdout + stderr : stderr
  if (expected.says && !expected.says.test(said))
    broken.push(`${line}: does not say ${expected.says}: ${said.slice(-400)}`)
  for (const hidden of expected.hides ?? [])
    if ((stdout + stderr).includes(hidden)) broken.push(`${line}: shows ${hidden.slice(0, 20)}…`)
  return broken
}

/** Somebody types the code in before the first poll; from then on waiting only moves the clock. */
function withApproval({ world, provider }: Pick<Scene, 'world' | 'provider'>, tamper: Tamper): Tamper {
  let real: Json | undefined
  let approved = false
  world.override = {
    ...world.override,
    clock: {
      now: () => Date.now() + world.clockOffset,
      async sleep(milliseconds) {
        if (!approved && real) {
          approved = true
          const device = { verificationUri: `${provider.issuer}/device`, userCode: String(real.user_code) }
          await approveDevice(device, { user: 'alice' })
        }
        world.slept.push(milliseconds)
        world.clockOffset += milliseconds
      },
    },
  }
  return {
    ...tamper,
    deviceResponse(body) {
      real = { ...body }
      return tamper.deviceResponse?.(body) ?? body
    },
  }
}
