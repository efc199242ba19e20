import { errorCode } from '../../error-code.ts'
import { Failure } from '../../errors.ts'
import { safeJson, safeText } from '../../text/safe-text.ts'
import { type Invocation, tell } from '../invocation.ts'

/**
 * A report for a ticket: settings with sources, and the findings. Redacts user info in URLs (a proxy's password), and what
 * looks like a secret in the words of servers.
 */
export async function writeBundle(
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
  const { maskSecrets } = await import('../../trace/masking/secret-text.ts')
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
