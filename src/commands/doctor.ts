import { Failure } from '../errors.ts'
import type { Style } from '../ports.ts'
import { safeJson, safeText } from '../safe-text.ts'
import { checkBackend } from './doctor/backend.ts'
import { type Checkup, look } from './doctor/checkup.ts'
import { checkSettings, checkStore } from './doctor/machine.ts'
import { checkProvider, checkRedirect } from './doctor/provider.ts'
import { checkSession } from './doctor/session.ts'
import { clientOf, globals, type Invocation, loadProfile, printJson, tell } from './invocation.ts'

/** `ls-auth doctor`: the whole path from the settings to the trace API, each line with what to do about it. */
export async function doctor(invocation: Invocation): Promise<void> {
  const { ports } = invocation
  const { settings, profile } = await loadProfile(invocation)
  const client = clientOf(profile, settings)
  const lines: Checkup[] = []
  lines.push(...(await look('settings', () => checkSettings(profile, settings, ports))))
  lines.push(...(await look('issuer', () => checkProvider(client, ports))))
  lines.push(...(await look('redirect', () => checkRedirect(client, ports))))
  lines.push(...(await look('store', () => checkStore(client, ports))))
  const session = await look('session', () => checkSession(invocation, profile, client))
  lines.push(...session)
  // Without a token the API could only say that there is none.
  if (session[0]?.verdict !== 'fail' && session[0]?.found !== 'not signed in') {
    lines.push(...(await look('API', () => checkBackend(invocation, profile, settings))))
  }
  if (globals(invocation).json) await printJson(invocation, { profile: profile.name, checks: lines })
  else await print(invocation, lines)
  if (typeof invocation.options.bundle === 'string') {
    await writeBundle(invocation, invocation.options.bundle, {
      profile: profile.name,
      settings: profile.resolved,
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

async function print(invocation: Invocation, lines: readonly Checkup[]): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...lines.map(({ area }) => area.length))
  await terminal.out(`${lines.map((line) => row(line, width, style)).join('\n')}\n`)
}

function row({ area, verdict, found, next }: Checkup, width: number, style: Style): string {
  const mark = { ok: style.green('ok  '), warn: style.yellow('warn'), fail: style.red('FAIL') }[verdict]
  const more = next === undefined ? '' : `\n      ${' '.repeat(width)}  → ${safeText(next, 400)}`
  return `${mark}  ${area.padEnd(width)}  ${safeText(found, 400)}${more}`
}

/** A report for a ticket: settings with their sources and the findings. Settings hold no secret but a proxy's password. */
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
    throw new Failure('usage', `cannot write ${path} (${code})`, {
      hint: 'Name a file that does not exist yet.',
      cause,
    })
  }
  tell(invocation, `Wrote ${path}. It holds no token; read it before you send it.`)
}
