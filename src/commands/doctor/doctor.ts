import { gatewaySeen } from '../../backends/gateways/known.ts'
import { errorCode } from '../../error-code.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Style, Terminal } from '../../ports/terminal.ts'
import { asksForTokens } from '../../session/documents/metadata.ts'
import { placesFor } from '../../settings/files/places.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { FIRST_LOGIN } from '../../settings/profile-name.ts'
import { shownSettings } from '../../settings/shown-settings.ts'
import { safeJson, safeText } from '../../text/safe-text.ts'
import { wrapAdvice } from '../../text/wrap.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { givenToken, globals, type Invocation, printJson, printText, tell } from '../invocation.ts'
import { repeatFlags } from '../repeat-flags.ts'
import { openProfile } from '../trace/open-source.ts'
import { textFlag } from '../typed-flags.ts'
import { checkRecord, checkSettings, checkStateDirectory, checkStore } from './check-machine.ts'
import { checkProvider, checkRedirect, checkSurroundings } from './check-provider.ts'
import { checkSession, NOBODY, refusedByExpect } from './check-session.ts'
import { type Checkup, fail, look, ok, skip, warn } from './checkup.ts'
import { gatewayFailure, gatewayHeading, gatewayJson, gatewayLines } from './gateway-lines.ts'
import { profileOrFault } from './settings-fault.ts'

/** Prints lines of the report below each other, in columns of their own. `more`: another part of the report is to come. */
async function printCheckups(
  invocation: Invocation,
  lines: readonly Checkup[],
  { heading, more }: { readonly heading?: string; readonly more?: boolean } = {},
): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...lines.map(({ area }) => area.length))
  const format = (line: Checkup) => formatCheckup(line, width, terminal, style)
  const above = heading === undefined ? '' : `\n${heading}\n`
  await printText(invocation, `${above}${lines.map(format).join('\n')}\n`, more)
}

function formatCheckup(
  checkup: Checkup,
  width: number,
  { columns, unicode }: Pick<Terminal, 'columns' | 'unicode'>,
  style: Style,
): string {
  const { area, verdict, found, detail = [], next } = checkup
  const mark = { ok: style.green('ok  '), warn: style.yellow('warn'), fail: style.red('FAIL'), skip: '-   ' }[
    verdict
  ]
  const indent = ' '.repeat(8 + width)
  const flow = (text: string, inner = '') =>
    wrapAdvice(safeText(text, 1000), columns - indent.length, inner).replaceAll('\n', `\n${indent}`)
  return [
    `${mark}  ${area.padEnd(width)}  ${flow(found)}`,
    ...detail.map((line) => `${indent}${safeText(line, 400)}`),
    ...(next === undefined
      ? []
      : [`${indent}${flow(`${unicode ? '→' : '->'} ${next}`, unicode ? '  ' : '   ')}`]),
  ].join('\n')
}

/**
 * Checks the gateway and the trace API behind it with the cheapest authorised request. A gateway that is known by its
 * address or its answers is named.
 */
async function checkBackend(invocation: Invocation, profile: Profile): Promise<Checkup[]> {
  let headers: Readonly<Record<string, string>> = {}
  const lines = await look('API', async () => {
    const source = await openProfile(invocation, profile, {
      onAnswer: (answer) => {
        headers = answer.headers
      },
    })
    if (await refusedByExpect(invocation, profile)) return skip('API', 'the token is not sent, see claims')
    const started = invocation.ports.clock.now()
    await source.probe()
    const what = profile.authorization.toLowerCase() === 'none' ? 'answered' : 'accepted your token'
    return ok('API', `${profile.api.host} ${what} (${invocation.ports.clock.now() - started}ms)`)
  })
  const seen = gatewaySeen(profile.api, headers)
  return seen === undefined ? lines : [ok('gateway', `${seen.name} (${seen.how})`), ...lines]
}

/**
 * A report for a ticket: settings with sources, and the findings. Redacts user info in URLs (a proxy's password), and what
 * looks like a secret in the words of servers.
 */
async function writeBundle(
  invocation: Invocation,
  path: string,
  report: Record<string, unknown>,
): Promise<void> {
  const { env } = invocation.ports
  const facts = {
    'ls-auth': env.version,
    node: process.version,
    platform: `${env.platform}-${process.arch}`,
    written: new Date(invocation.ports.clock.now()).toISOString(),
  }
  const { maskSecrets } = await import('../../trace/masking/rules.ts')
  const masked: unknown = JSON.parse(JSON.stringify({ ...facts, ...report }), (_, value: unknown) =>
    typeof value === 'string' ? maskSecrets(value) : value,
  )
  const text = safeJson(masked, 2).replace(/(https?:\/\/)[^/@\s"]+@/g, '$1…@')
  const files = await invocation.ports.files()
  try {
    await files.create(path, Buffer.from(`${text}\n`))
  } catch (cause) {
    const code = errorCode(cause) ?? 'error'
    throw new Failure('usage', `cannot write ${safeText(path, 200)} (${code})`, {
      hint:
        code === 'EEXIST'
          ? 'Name a file that does not exist yet.'
          : 'Name a file in a directory that you can write to, on a disk with space.',
      cause,
    })
  }
  tell(invocation, `Wrote ${path}. It holds no token; read it before you send it.`)
}

interface DoctorOptions {
  /** A file to write a report for a ticket to. */
  readonly bundle: string | undefined
  /** Whether to attack the gateway with what it must refuse. */
  readonly gateway: boolean
}

/** `ls-auth doctor`: checks the whole path from the settings to the trace API; each line says what to do about it. */
export const doctor: CliCommand<DoctorOptions> = { read, run }

function read({ flags }: Typed): DoctorOptions {
  return { bundle: textFlag(flags, 'bundle'), gateway: flags.gateway === true }
}

async function run(invocation: Invocation, { bundle, gateway }: DoctorOptions): Promise<void> {
  const { ports } = invocation
  const profile = await profileOrFault(invocation)
  const isBroken = 'fault' in profile
  if (isBroken && gateway) throw profile.fault
  const test = gateway && !isBroken ? await gatewayTest(invocation, profile) : undefined
  const found = await (isBroken ? examineWithout(profile.fault, ports) : examine(invocation, profile))
  const lines = found.map((line) => repeated(line, invocation))
  const { json } = globals(invocation)
  if (!json) await printCheckups(invocation, lines, { more: test !== undefined })
  const tested = await test?.()
  if (tested && !json) {
    await printCheckups(
      invocation,
      tested.lines.map((line) => repeated(line, invocation)),
      { heading: tested.heading },
    )
  }
  const report = { checks: lines, ...(tested && { gateway: tested.json }) }
  const { name } = profile
  if (json) await printJson(invocation, { profile: name, ...report })
  if (bundle !== undefined) {
    await writeBundle(invocation, bundle, {
      profile: name,
      settings: isBroken ? {} : shownSettings(profile),
      ...report,
    })
  }
  if (tested?.failure) throw tested.failure
  const broken = lines.filter(({ verdict }) => verdict === 'fail').length
  if (broken > 0) {
    const tried = lines.filter(({ verdict }) => verdict !== 'skip').length
    throw new Failure('check-failed', `${broken} of ${tried} checks failed`, {
      hint: 'Start with the first FAIL above.',
    })
  }
}

/** What can be looked at on this machine. Nothing is sent: who may be asked is what the settings decide. */
async function examineWithout(fault: Failure, ports: Ports): Promise<Checkup[]> {
  const { stateDirectory } = placesFor(ports.env)
  return [
    ...(await look('settings', () => Promise.reject(fault))),
    ...(await checkSurroundings(ports)),
    ...(await look('state', () => checkStateDirectory(stateDirectory, ports))),
    ...(await look('record', () => checkRecord(stateDirectory, ports))),
    ...['issuer', 'session', 'API'].map((area) => skip(area, 'the settings cannot be used')),
  ]
}

/** Commands in advice repeat the flags of this run. */
const repeated = (line: Checkup, invocation: Invocation): Checkup => ({
  ...line,
  ...(line.next !== undefined && { next: repeatFlags(line.next, invocation) }),
})

/** Refuses what cannot be tested before anything is sent; what it gives is called after the checks. */
async function gatewayTest(invocation: Invocation, profile: Profile) {
  const { checkGateway, requireGateway } = await import('./check-gateway.ts')
  const { keptTokens } = await import('./gateway-tokens.ts')
  requireGateway(invocation, profile)
  const kept = await keptTokens(invocation, profile)
  return async () => {
    const report = await checkGateway(invocation, profile, kept)
    return {
      heading: gatewayHeading(report, profile.api),
      lines: gatewayLines(report),
      json: gatewayJson(report),
      failure: gatewayFailure(report),
    }
  }
}

/** In the order in which a request passes them. A check whose prerequisite has failed is left out. */
async function examine(invocation: Invocation, profile: Profile): Promise<Checkup[]> {
  const { ports } = invocation
  const lines = await look('settings', () => checkSettings(profile, ports))
  if (!sendsToken(profile)) {
    lines.push(
      ok('session', profile.throughProxy ? PROXIED : 'none is needed: authorization = "none" sends no token'),
    )
    lines.push(...(await look('record', () => checkRecord(profile.client.stateDirectory, ports))))
    return [...lines, ...(await look('API', () => checkBackend(invocation, profile)))]
  }
  const { signsIn } = profile.client.preset
  const people = signsIn === 'person'
  const given = givenToken(invocation) !== undefined
  const { client } = profile
  const { issuer } = client
  const gap = incomplete(profile, { given })
  if (gap !== undefined)
    lines.push(
      given ? warn('profile', gap, UNCHECKED) : fail('profile', gap, client.workload ? SET_IT : FIRST_LOGIN),
    )
  if (gap === undefined && issuer !== undefined) {
    lines.push(...(await look('issuer', () => checkProvider({ ...client, issuer }, ports, { given }))))
    if (people && client.clientId !== undefined)
      lines.push(...(await look('redirect', () => checkRedirect(client, ports.env))))
  }
  if (people) lines.push(...(await checkSurroundings(ports)))
  // LS_AUTH_TOKEN is not stored, and a CI machine has no keychain.
  if (people && !given) lines.push(...(await look('store', () => checkStore(client, ports))))
  else lines.push(...(await look('record', () => checkRecord(client.stateDirectory, ports))))
  if ((gap !== undefined && !given) || signsIn === 'nobody') return lines
  const session = await look(client.workload ? 'workload' : 'session', () =>
    checkSession(invocation, profile),
  )
  lines.push(...session)
  // Without a token the API would only answer 401.
  if (session[0]?.found === NOBODY) lines.push(skip('API', NOBODY))
  else if (session[0]?.verdict === 'fail') lines.push(skip('API', 'there is no token'))
  else lines.push(...(await look('API', () => checkBackend(invocation, profile))))
  return lines
}

const PROXIED =
  'none is needed here: requests go through a local proxy (LS_AUTH_PROXY is set), which adds the token'
const SET_IT = 'Set it: ls-auth profile set KEY VALUE'
const UNCHECKED =
  'LS_AUTH_TOKEN works without one, but its signature cannot be checked: set LS_AUTH_ISSUER to its issuer.'

/** What the profile lacks for a sign-in; a workload token needs no client id, nor does one that is `given`. */
function incomplete(
  { name, saved, client }: Profile,
  { given }: { readonly given: boolean },
): string | undefined {
  const { issuer, clientId } = client
  const isClient = asksForTokens(client) && !given
  const missing =
    issuer === undefined ? 'issuer' : isClient && clientId === undefined ? 'client_id' : undefined
  if (missing === undefined) return undefined
  return saved ? `profile ${name} has no ${missing}` : 'there is no profile yet'
}
