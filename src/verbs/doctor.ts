import { gatewaySeen } from '../backends/gateways.ts'
import { checkGateway, requireGateway } from '../commands/doctor/check-gateway.ts'
import {
  checkRecord,
  checkSettings,
  checkStateDirectory,
  checkStore,
} from '../commands/doctor/check-machine.ts'
import { checkProvider, checkRedirect, checkSurroundings } from '../commands/doctor/check-provider.ts'
import { checkSession, NOBODY, refusedByExpect } from '../commands/doctor/check-session.ts'
import { type Checkup, fail, look, ok, skip, warn } from '../commands/doctor/checkup.ts'
import {
  gatewayFailure,
  gatewayHeading,
  gatewayJson,
  gatewayLines,
} from '../commands/doctor/gateway-lines.ts'
import { keptTokens } from '../commands/doctor/gateway-tokens.ts'
import { givenToken, globals, type Invocation, loadProfile, tell } from '../commands/invocation.ts'
import { repeatFlags } from '../commands/repeat-flags.ts'
import { openProfile } from '../commands/trace/open-source.ts'
import { errorCode, Failure } from '../errors.ts'
import { type Block, drawnBlock, type Pen } from '../frame/answer.ts'
import { bool, text } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import type { Ports } from '../ports/ports.ts'
import { asksForTokens } from '../session/documents/metadata.ts'
import { placesFor } from '../settings/files/places.ts'
import { readSettings } from '../settings/files/settings-files.ts'
import { type Profile, sendsToken } from '../settings/profile.ts'
import { FIRST_LOGIN, nameInUse } from '../settings/profile-name.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { shownSettings } from '../settings/shown-settings.ts'
import { safeJson, safeText } from '../text/safe-text.ts'
import { wrapAdvice } from '../text/wrap.ts'
import { maskSecrets } from '../trace/masking/rules.ts'

/** `ls-auth doctor`: checks the whole path from the settings to the trace API; each line says what to do about it. */
export const doctor = verb({
  summary: 'check everything from settings to trace API, with a fix for each failure',
  flags: {
    gateway: bool('also send requests the gateway must refuse; none can change data'),
    bundle: text('<file>', 'also write a report to attach to a ticket (without secrets)'),
  },
  formats: [],
  settings: API_SETTINGS,
  exits: [5, 6],
  examples: [
    { does: 'what is wrong here?', line: 'ls-auth doctor' },
    { does: 'does the gateway refuse forged tokens?', line: 'ls-auth doctor --gateway' },
    { does: 'a report for a ticket', line: 'ls-auth doctor --bundle report.json' },
  ],
  async run(invocation, { bundle, gateway }) {
    const { profile, fault, name } = await profileOrFault(invocation)
    if (fault && gateway) throw fault
    const attack = gateway && profile ? await openGatewayTest(invocation, profile) : undefined
    const repeated = (line: Checkup): Checkup => ({
      ...line,
      ...(line.next !== undefined && { next: repeatFlags(line.next, invocation) }),
    })
    const found = profile
      ? await examine(invocation, profile)
      : await examineWithout(fault as Failure, invocation.ports)
    const checks = found.map(repeated)
    const tested = await attack?.()
    const report = { checks, ...(tested && { gateway: tested.json }) }
    if (bundle !== undefined) {
      const settings = profile ? shownSettings(profile) : {}
      await writeBundle(invocation, bundle, { profile: name, settings, ...report })
    }
    const broken = checks.filter(({ verdict }) => verdict === 'fail').length
    const tried = checks.filter(({ verdict }) => verdict !== 'skip').length
    return {
      data: { rows: [], row: (one) => one, whole: () => ({ profile: name, ...report }) },
      blocks: [
        checkupBlock(checks),
        ...(tested ? [checkupBlock(tested.lines.map(repeated), tested.heading)] : []),
      ],
      failure:
        tested?.failure ??
        (broken === 0
          ? undefined
          : new Failure('check-failed', `${broken} of ${tried} checks failed`, {
              hint: 'Start with the first FAIL above.',
            })),
    }
  },
})

const checkupBlock = (checkups: readonly Checkup[], heading?: string): Block =>
  drawnBlock((pen) => {
    const width = Math.max(...checkups.map(({ area }) => area.length))
    return [
      ...(heading === undefined ? [] : [heading]),
      ...checkups.map((one) => checkupLine(one, width, pen)),
    ]
  })

function checkupLine(checkup: Checkup, width: number, { width: columns, unicode, style }: Pen): string {
  const { area, verdict, found, detail = [], next } = checkup
  const marks = { ok: style.green('ok  '), warn: style.yellow('warn'), fail: style.red('FAIL'), skip: '-   ' }
  const indent = ' '.repeat(8 + width)
  const flow = (text: string, inner = '') =>
    wrapAdvice(safeText(text, 1000), columns - indent.length, inner).replaceAll('\n', `\n${indent}`)
  return [
    `${marks[verdict]}  ${area.padEnd(width)}  ${flow(found)}`,
    ...detail.map((line) => `${indent}${safeText(line, 400)}`),
    ...(next === undefined
      ? []
      : [`${indent}${flow(`${unicode ? '→' : '->'} ${next}`, unicode ? '  ' : '   ')}`]),
  ].join('\n')
}

/** The profile, or the fault of the settings: that is one of the checks. A fault of the typed line ends the run. */
async function profileOrFault(
  invocation: Invocation,
): Promise<{ readonly profile?: Profile; readonly fault?: Failure; readonly name: string }> {
  const load = async (line: Invocation) => {
    const { profile } = await loadProfile(line)
    if (sendsToken(profile)) givenToken(line)
    return { profile, name: profile.name }
  }
  try {
    return await load(invocation)
  } catch (error) {
    const fault = await load({ ...invocation, settings: {} }).catch((fault) => fault)
    if (!(fault instanceof Failure)) throw error
    const { env, files } = invocation.ports
    const inUse = await readSettings(env, await files()).then(
      (settings) => nameInUse(settings, env),
      () => env.variables.LS_AUTH_PROFILE,
    )
    return { fault, name: globals(invocation).profile ?? (inUse || 'default') }
  }
}

/** Refuses what cannot be tested before anything is sent; what it gives is called after the checks. */
async function openGatewayTest(invocation: Invocation, profile: Profile) {
  await requireGateway(invocation, profile)
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

/** The checks of this machine alone. It sends no request: the settings decide who may be asked. */
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

/** In the order in which a request passes them. A check whose prerequisite has failed is left out. */
async function examine(invocation: Invocation, profile: Profile): Promise<Checkup[]> {
  const { ports } = invocation
  const lines = await look('settings', () => checkSettings(profile, ports))
  if (!sendsToken(profile)) {
    lines.push(
      ok('session', profile.throughProxy ? PROXIED : 'none needed: authorization = "none" sends no token'),
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

const PROXIED = 'none needed: a local proxy adds the token (LS_AUTH_PROXY is set)'
const SET_IT = 'Set it: ls-auth profile set KEY VALUE'
const UNCHECKED = 'LS_AUTH_TOKEN works without an issuer, but unverified. Set LS_AUTH_ISSUER to its issuer.'

/** The missing settings of a profile for a sign-in; a workload token needs no client id, nor does a `given` one. */
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
    if (await refusedByExpect(invocation, profile)) return skip('API', 'token not sent, see claims')
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
          ? 'Choose a file that does not exist yet.'
          : 'Choose a directory that you can write to, on a disk with space.',
      cause,
    })
  }
  tell(invocation, `Wrote ${path}. It has no tokens, but read it before you send it.`)
}
