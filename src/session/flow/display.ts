import { Failure } from '../../errors.ts'
import type { Env, Files, Ports } from '../../ports/ports.ts'

/** Why a browser on this machine would not be visible to the person, and how to get the redirect to this machine. */
export interface Elsewhere {
  readonly why: 'ssh' | 'wsl' | 'container' | 'no-display'
  /** The ssh command that forwards a port from the person's machine; undefined when it cannot be known. */
  forward(port: number): string | undefined
}

/** Undefined: there is a display here. A set `BROWSER` variable counts as one. */
export async function findDisplay(env: Env, files: Files): Promise<Elsewhere | undefined> {
  const { variables, platform } = env
  const none = () => undefined
  if (variables.SSH_CONNECTION || variables.SSH_TTY) {
    // client address, client port, server address, server port
    const [, , host, port] = (variables.SSH_CONNECTION ?? '').split(' ')
    const safe = host && /^[0-9a-f.:]+$/i.test(host) ? host : 'this-host'
    const at = variables.USER && /^[\w.-]+$/.test(variables.USER) ? `${variables.USER}@${safe}` : safe
    const where = port && /^\d+$/.test(port) && port !== '22' ? `-p ${port} ${at}` : at
    return { why: 'ssh', forward: (local) => `ssh -N -L ${local}:127.0.0.1:${local} ${where}` }
  }
  if (variables.BROWSER || platform !== 'linux') return undefined
  if (variables.WSL_DISTRO_NAME) return { why: 'wsl', forward: none }
  // Best effort: a path that cannot be read counts as absent.
  const isThere = (path: string) => files.inspect(path).catch(() => undefined)
  const contained =
    variables.container || (await isThere('/.dockerenv')) || (await isThere('/run/.containerenv'))
  if (contained) return { why: 'container', forward: none }
  if (!variables.DISPLAY && !variables.WAYLAND_DISPLAY) return { why: 'no-display', forward: none }
  return undefined
}

/** Whether this is a job that runs without a person, as CI services say it. */
export const isCi = ({ variables }: Pick<Env, 'variables'>): boolean =>
  !/^(|0|false)$/i.test(variables.CI ?? '')

/** Failure `usage` in a CI job without a display: the address stays unopened there, and the job would only time out. */
export async function refuseCi(ports: Pick<Ports, 'env' | 'files'>): Promise<void> {
  if (!isCi(ports.env)) return
  const elsewhere = await findDisplay(ports.env, await ports.files())
  if (elsewhere === undefined || elsewhere.why === 'ssh') return
  throw new Failure('usage', 'cannot sign in: this is a CI job without a browser or a terminal', {
    hint: 'Pass a token in LS_AUTH_TOKEN. To wait for a browser elsewhere: ls-auth login --no-browser',
  })
}

/** For people: why the browser has to be on another machine. */
export const REASONS: Readonly<Record<Elsewhere['why'], string>> = {
  ssh: 'This is an SSH session. Your browser is on your own machine.',
  wsl: 'This is WSL. Your browser is on the Windows side.',
  container: 'This is a container. Your browser is outside.',
  'no-display': 'This machine has no display.',
}
