import { Failure } from '../../errors.ts'
import type { Style, Terminal } from '../../ports/terminal.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { shownSettings } from '../../settings/shown-settings.ts'
import { safeJson, safeText } from '../../text/safe-text.ts'
import { wrapAdvice } from '../../text/wrap.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import {
  givenToken,
  globals,
  type Invocation,
  loadProfile,
  printJson,
  printText,
  tell,
} from '../invocation.ts'
import { repeatFlags } from '../repeat-flags.ts'
import { textFlag } from '../typed-flags.ts'
import { checkBackend } from './check-backend.ts'
import { checkSettings, checkStore } from './check-machine.ts'
import { checkProvider, checkRedirect, checkSurroundings } from './check-provider.ts'
import { checkSession, NOBODY } from './check-session.ts'
import { type Checkup, fail, look, ok, warn } from './checkup.ts'

interface DoctorOptions {
  /** A file to write a report for a ticket to. */
  readonly bundle: string | undefined
}

/** `ls-auth doctor`: checks the whole path from the settings to the trace API; each line says what to do about it. */
export const doctor: CliCommand<DoctorOptions> = { read, run }

function read({ flags }: Typed): DoctorOptions {
  return { bundle: textFlag(flags, 'bundle') }
}

async function run(invocation: Invocation, { bundle }: DoctorOptions): Promise<void> {
  const { profile } = await loadProfile(invocation)
  const lines = (await examine(invocation, profile)).map((line) => ({
    ...line,
    ...(line.next !== undefined && { next: repeatFlags(line.next, invocation) }),
  }))
  if (globals(invocation).json) await printJson(invocation, { profile: profile.name, checks: lines })
  else await print(invocation, lines)
  if (bundle !== undefined) {
    await writeBundle(invocation, bundle, {
      profile: profile.name,
      settings: shownSettings(profile),
      checks: lines,
    })
  }
  const broken = lines.filter(({ verdict }) => verdict === 'fail').length
  if (broken > 0) {
    throw new Failure('check-failed', `${broken} of ${lines.length} checks failed`, {
      hint: 'Start with the first FAIL above.',
    })
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
    return [...lines, ...(await look('API', () => checkBackend(invocation, profile)))]
  }
  const { signsIn } = profile.client.preset
  const people = signsIn === 'person'
  const given = givenToken(invocation) !== undefined
  const { client } = profile
  const { issuer } = client
  const gap = incomplete(profile)
  if (gap !== undefined)
    lines.push(
      given ? warn('profile', gap, UNCHECKED) : fail('profile', gap, client.workload ? SET_IT : SIGN_IN),
    )
  if (gap === undefined && issuer !== undefined) {
    lines.push(...(await look('issuer', () => checkProvider({ ...client, issuer }, ports))))
    if (people) lines.push(...(await look('redirect', () => checkRedirect(client))))
  }
  if (people) {
    lines.push(...(await checkSurroundings(ports)))
    // LS_AUTH_TOKEN is not stored, and a CI machine has no keychain.
    if (!given) lines.push(...(await look('store', () => checkStore(client, ports))))
  }
  if ((gap !== undefined && !given) || signsIn === 'nobody') return lines
  const session = await look(client.workload ? 'workload' : 'session', () =>
    checkSession(invocation, profile),
  )
  lines.push(...session)
  // Without a token the API would only answer 401.
  if (session[0]?.verdict !== 'fail' && session[0]?.found !== NOBODY) {
    lines.push(...(await look('API', () => checkBackend(invocation, profile))))
  }
  return lines
}

const PROXIED =
  'none is needed here: requests go through a local proxy (LS_AUTH_PROXY is set), which adds the token'
const SIGN_IN = 'Run: ls-auth login --issuer URL --client-id ID'
const SET_IT = 'Set it: ls-auth profile set KEY VALUE'
const UNCHECKED =
  'LS_AUTH_TOKEN works without one, but its signature cannot be checked: name its issuer in a profile.'

/** What the profile lacks for a sign-in; a workload token needs no client id. */
function incomplete({ name, saved, client }: Profile): string | undefined {
  const { issuer, clientId, preset, workload } = client
  const isClient = workload ? workload.grant !== 'as-is' : preset.signsIn === 'person'
  const missing =
    issuer === undefined ? 'issuer' : isClient && clientId === undefined ? 'client_id' : undefined
  if (missing === undefined) return undefined
  return saved ? `profile ${name} has no ${missing}` : 'there is no profile yet'
}

async function print(invocation: Invocation, lines: readonly Checkup[]): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...lines.map(({ area }) => area.length))
  const format = (line: Checkup) => formatCheckup(line, width, terminal, style)
  await printText(invocation, `${lines.map(format).join('\n')}\n`)
}

function formatCheckup(
  checkup: Checkup,
  width: number,
  { columns, unicode }: Pick<Terminal, 'columns' | 'unicode'>,
  style: Style,
): string {
  const { area, verdict, found, detail = [], next } = checkup
  const mark = { ok: style.green('ok  '), warn: style.yellow('warn'), fail: style.red('FAIL') }[verdict]
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

/** A report for a ticket: settings with sources, and the findings. Redacts user info in URLs (a proxy's password). */
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
  const text = safeJson({ ...facts, ...report }, 2).replace(/(https?:\/\/)[^/@\s"]+@/g, '$1…@')
  const files = await invocation.ports.files()
  try {
    await files.create(path, Buffer.from(`${text}\n`))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'error'
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
