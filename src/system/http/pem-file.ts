import { X509Certificate } from 'node:crypto'
import fs, { constants } from 'node:fs'
import { errorCode } from '../../error-code.ts'
import { Failure } from '../../errors.ts'
import type { Env } from '../../ports/ports.ts'
import { whyNotPrivate } from '../../why-not-private.ts'

/** Limit, bytes: all roots that Node brings are a quarter of it. */
const MOST_BYTES = 1024 * 1024

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
}

/** A key with a passphrase, in PKCS #8 (RFC 5958) and in the older form (RFC 1421 §4.6.1.1). */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m

/**
 * The text of a PEM file (RFC 7468) that `setting` names. Failure `settings` when it cannot be read, and for certificates also
 * when it holds none: TLS would go on without, and say later that the server is not trusted. For a key also when others can
 * read one of the user's own; a link is judged by the file that it leads to.
 */
export function readPem(
  path: string,
  setting: string,
  kind: 'certificates' | 'key',
  env: Pick<Env, 'uid'>,
): string {
  const wrong = (why: string, cause?: unknown) =>
    new Failure('settings', `${setting}: ${path}: ${why}`, {
      hint: `Set ${setting} to a file of ${kind === 'key' ? 'the key' : 'certificates'} in PEM (-----BEGIN …-----).`,
      cause,
    })
  const { text, mode, uid } = read(path, wrong)
  if (kind === 'certificates') {
    try {
      new X509Certificate(text)
    } catch (cause) {
      throw wrong('it holds no certificate in PEM', cause)
    }
  } else {
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw wrong('it holds no private key in PEM')
    // As ssh does: a key of the machine, or of a container's volume, is another user's, who says who may read it.
    const problem =
      uid === env.uid && whyNotPrivate(path, { kind: 'file', mode, uid, size: text.length }, env)
    if (problem) throw wrong(`it ${problem.why}`).withHint(problem.hint)
    if (ENCRYPTED.test(text)) {
      throw wrong('it is encrypted').withHint(
        'ls-auth asks for no passphrase. Set client_key to a file of the key without one (openssl pkey -in OLD -out NEW).',
      )
    }
  }
  return text
}

function read(
  path: string,
  wrong: (why: string, cause?: unknown) => Failure,
): { readonly text: string; readonly mode: number; readonly uid: number } {
  let file: number
  try {
    // A pipe that nobody writes must not hold up its refusal.
    file = fs.openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    const code = errorCode(cause) ?? ''
    throw wrong(REASONS[code] ?? `it cannot be read (${code})`, cause)
  }
  try {
    const facts = fs.fstatSync(file)
    if (!facts.isFile()) throw wrong(facts.isDirectory() ? 'it is a directory' : 'it is no plain file')
    if (facts.size > MOST_BYTES) throw wrong('it is larger than 1 MiB')
    return { text: fs.readFileSync(file, 'utf8'), mode: facts.mode, uid: facts.uid }
  } finally {
    fs.closeSync(file)
  }
}
