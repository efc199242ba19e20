import { isIP } from 'node:net'
import { connect, createSecureContext, rootCertificates } from 'node:tls'
import { Failure } from '../../errors.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'
import { networkFailure } from './network-failure.ts'
import { readPem } from './pem-file.ts'
import { CONNECT_MILLISECONDS } from './transport.ts'

/** CA certificates to trust and a client certificate to present; what is absent is left to Node's defaults. */
export interface TlsSettings {
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
}

/**
 * Reads the files the settings name; Failure `settings`: see {@link readPem}, and a certificate and a key that are no pair. Node reads NODE_EXTRA_CA_CERTS itself,
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
      hint: `Set ${missing}, too: the two belong together.`,
    })
  }
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const fits = (cause as { code?: unknown }).code !== 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
    const message = fits
      ? `client_cert and client_key cannot be used: ${clientCert} and ${clientKey}`
      : `client_key: ${clientKey}: it is not the key of ${clientCert}`
    throw new Failure('settings', message, {
      hint: 'Set client_cert and client_key to a certificate and the key that it was made for.',
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
    // RFC 6066 §3: an address is no name of a server.
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
