import { X509Certificate } from 'node:crypto'
import fs, { constants } from 'node:fs'
import { isIP } from 'node:net'
import { connect, createSecureContext, rootCertificates } from 'node:tls'
import { errorCode, Failure } from '../../errors.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'
import { whyNotPrivate } from '../../why-not-private.ts'
import { networkFailure } from './network-failure.ts'
import { CONNECT_MILLISECONDS } from './transport.ts'

/** CA certificates to trust and a client certificate to present; Node's defaults for absent ones. */
export interface TlsSettings {
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
}

/**
 * Reads the files the settings name; Failure `settings`: see {@link readPem}, and a certificate and a key that don't belong together. Node reads NODE_EXTRA_CA_CERTS itself,
 * but an explicit `ca` replaces that set: so it is added here again.
 */
export function tlsSettings(settings: HttpSettings, env: Env): TlsSettings {
  const own = {
    ...(settings.clientCert
      ? { cert: readPem(settings.clientCert, 'client_cert', 'certificates', env) }
      : {}),
    ...(settings.clientKey ? { key: readPem(settings.clientKey, 'client_key', 'key', env) } : {}),
  }
  requirePair(settings, own)
  if (!settings.caFile) return own
  const extra = env.variables.NODE_EXTRA_CA_CERTS
  return {
    ...own,
    ca: [
      ...rootCertificates,
      readPem(settings.caFile, 'ca_file', 'certificates', env),
      ...(extra ? [readPem(extra, 'NODE_EXTRA_CA_CERTS', 'certificates', env)] : []),
    ],
  }
}

/** Without this a connection would break at its first request, as if the network were at fault. */
function requirePair({ clientCert, clientKey }: HttpSettings, { cert, key }: TlsSettings): void {
  if (cert === undefined && key === undefined) return
  if (cert === undefined || key === undefined) {
    const [given, missing] = key === undefined ? ['client_cert', 'client_key'] : ['client_key', 'client_cert']
    throw new Failure('settings', `${given} is set without ${missing}`, {
      reason: 'half-client-certificate',
      hint: `Set ${missing} too. The two belong together.`,
    })
  }
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const fits = (cause as { code?: unknown }).code !== 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
    const message = fits
      ? `client_cert and client_key cannot be used: ${clientCert} and ${clientKey}`
      : `client_key: ${clientKey}: not the key of ${clientCert}`
    throw new Failure('settings', message, {
      hint: 'Set client_cert and client_key to a certificate and its own key.',
      cause,
    })
  }
}

/** The issuer of this host's certificate. Failures: those of {@link networkFailure}, also for a host that says nothing. */
export function certificateIssuer(
  url: URL,
  options: TlsSettings,
  timeout = CONNECT_MILLISECONDS,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port || 443)
    // RFC 6066 §3: an address isn't a name of a server.
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ ...options, ...name, host, port, timeout })
    socket.once('secureConnect', () => {
      const { O, CN } = socket.getPeerCertificate().issuer ?? {}
      socket.destroy()
      resolve([O, CN].flat().filter(Boolean).join(' ') || 'a CA without a name')
    })
    socket.once('timeout', () => {
      socket.destroy()
      reject(networkFailure(new Error('timeout'), url, true))
    })
    socket.once('error', (error) => reject(networkFailure(error, url, false)))
  })
}

/** Limit, bytes: all roots that Node brings are a quarter of it. */
const MOST_BYTES = 1024 * 1024

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
}

/** A key with a passphrase, in PKCS #8 (RFC 5958) and in the older form (RFC 1421 §4.6.1.1). */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m

/**
 * The text of a PEM file (RFC 7468) that `setting` names. Failure `settings` when it cannot be read, and for certificates also
 * when it holds none: TLS would continue without, and later report an untrusted server. For a key also when others can read one
 * of the user's own; a link is judged by its target.
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
      throw wrong('it has no PEM certificate', cause)
    }
  } else {
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw wrong('it has no PEM private key')
    // As ssh does: a key of the machine, or of a container's volume, is another user's, who says who may read it.
    const problem =
      uid === env.uid && whyNotPrivate(path, { kind: 'file', mode, uid, size: text.length }, env)
    if (problem) throw wrong(`it ${problem.why}`).withHint(problem.hint)
    if (ENCRYPTED.test(text)) {
      throw wrong('it is encrypted').withHint(
        'ls-auth does not ask for passphrases. Set client_key to a key without one (openssl pkey -in OLD -out NEW).',
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
    // A pipe without a writer must not hold up its refusal.
    file = fs.openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    const code = errorCode(cause) ?? ''
    throw wrong(REASONS[code] ?? `it cannot be read (${code})`, cause)
  }
  try {
    const facts = fs.fstatSync(file)
    if (!facts.isFile()) throw wrong(facts.isDirectory() ? 'it is a directory' : 'it is not a plain file')
    if (facts.size > MOST_BYTES) throw wrong('it is larger than 1 MiB')
    return { text: fs.readFileSync(file, 'utf8'), mode: facts.mode, uid: facts.uid }
  } finally {
    fs.closeSync(file)
  }
}
