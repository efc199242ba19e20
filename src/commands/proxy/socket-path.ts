import { basename, dirname, join, resolve } from 'node:path'
import { Failure } from '../../errors.ts'
import type { LocalServers } from '../../ports/local-server.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'

/** `sun_path` of Linux has 108 bytes, that of macOS 104, with a zero byte at the end; longer ones are cut off unnoticed. */
const MAX_BYTES = 103

/**
 * Makes the place for a Unix socket: a path in a directory that is the user's and closed to others, since everybody who
 * can open the socket is the user to the API. A socket that nobody listens on any more is removed. Failures: `usage`,
 * `refused`, `busy`, `storage`.
 */
export async function prepareSocketPath(
  { env }: Pick<Ports, 'env'>,
  files: Files,
  servers: LocalServers,
  typed: string,
): Promise<string> {
  if (env.uid === undefined) {
    throw new Failure('usage', 'there are no Unix sockets with permissions on this system', {
      hint: 'Use a port of this machine: --port 0.',
    })
  }
  const path = resolve(typed)
  if (Buffer.byteLength(path) > MAX_BYTES) {
    throw new Failure('usage', `the path of the socket is longer than ${MAX_BYTES} bytes`, {
      hint: 'Choose a shorter one.',
    })
  }
  await requireOwnDirectory(path, env, files)
  const there = await files.inspect(path)
  if (there === undefined) return path
  if (there.kind !== 'socket' || there.uid !== env.uid) {
    throw new Failure('refused', `${safeText(path)} exists and is no socket of yours`, {
      hint: 'Choose another path. Nothing was changed.',
    })
  }
  if (await servers.isLive(path)) {
    throw new Failure('busy', `another program listens on ${safeText(path)}`, {
      hint: 'Use that one, stop it, or choose another path.',
    })
  }
  await files.remove(path)
  return path
}

/**
 * Makes the directory (0700) when it is missing. A symlink in its place is none. An open one may be open for a reason
 * (/tmp, /run): to close it is said of the directory that the hints name, and of no other.
 */
async function requireOwnDirectory(path: string, env: Env, files: Files): Promise<void> {
  const directory = dirname(path)
  const own = join(env.homeDirectory, '.ls-auth')
  const elsewhere =
    directory === own
      ? 'Put the socket into a directory that only you can open.'
      : `Use a directory that only you can open: --socket ${shellWord(join(own, basename(path)))}`
  await files.makeDirectory(directory).catch((cause: NodeJS.ErrnoException) => {
    const isFull = /^(ENOSPC|EDQUOT)$/.test(cause.code ?? '')
    throw new Failure('storage', `cannot make ${safeText(directory)} (${cause.code ?? 'error'})`, {
      cause,
      ...(!isFull && { hint: elsewhere }),
    })
  })
  const facts = await files.inspect(directory)
  if (facts?.kind !== 'directory' || facts.uid !== env.uid) {
    throw new Failure('refused', `${safeText(directory)} is no directory of yours`, { hint: elsewhere })
  }
  if ((facts.mode & 0o077) !== 0) {
    throw new Failure('refused', `${safeText(directory)} is open to other users of this machine`, {
      hint: directory === own ? `Run: chmod 700 ${shellWord(own)}` : elsewhere,
    })
  }
}
