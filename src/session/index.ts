/**
 * The door of the library `session`: a hardened desktop sign-in for any command line tool. See docs/libraries.md.
 * ls-auth itself imports the files behind it, so that a command loads what it needs alone.
 */
import { payloadOf } from '../claims/jwt/jwt.ts'
import type { Client } from '../client.ts'
import type { Ports } from '../ports/ports.ts'
import { presetFor } from '../providers/detect.ts'
import type { Preset } from '../providers/preset.ts'
import { type AccessToken, accessToken } from './access.ts'
import { readCachedSession } from './cached-session.ts'
import { REASONS } from './flow/display.ts'
import type { LoginDialog, LoginOptions } from './flow/login-dialog.ts'
import { type SignedIn, signIn } from './sign-in.ts'
import { type SignedOut, signOut } from './sign-out.ts'

export { Failure } from '../errors.ts'
export type { AccessToken, Client, LoginDialog, LoginOptions, Ports, SignedIn, SignedOut }

/** An application that people sign in to. */
export interface Application {
  /** Its name, for the notes of locks. */
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  /** The API that its tokens are for. A token never goes out for another origin. */
  readonly api: URL
  /** Where sessions are, with mode 0700. */
  readonly stateDirectory: string
  /** What differs from the preset of the issuer's provider: scopes, ports of the redirect. */
  readonly preset?: Partial<Preset>
  readonly audience?: string
  /** Absent: the keychain of the system. A key file is made where it is missing. */
  readonly storeKeyFile?: string
  /** More of the client: proxy, `expect`, `dpop`. */
  readonly more?: Partial<Client>
}

/** What a person does with an application. All of them throw {@link Failure}, whose `code` decides what to do. */
export interface Session {
  /** Signs in, in the browser where `options` name no other flow. It keeps a session in place of an older one. */
  signIn(dialog: LoginDialog, options?: LoginOptions): Promise<SignedIn>
  /** A valid token, from the session or by one renewal. Processes share a renewal. Failure `not-signed-in`, `session-ended`. */
  token(): Promise<AccessToken>
  /** The claims of the ID token that was verified at sign-in or renewal. No request. Failure `not-signed-in`. */
  whoami(): Promise<Readonly<Record<string, unknown>>>
  /** Deletes the session here and revokes it at the provider. */
  signOut(): Promise<SignedOut>
}

/** Opens the session of an application. `ports`: the machine; `tell`: a line for the person, such as "waiting for a lock". */
export function openSession(application: Application, ports: Ports, tell: (line: string) => void): Session {
  const client = clientOf(application)
  const want = { use: client.preset.useToken, audience: '', scopes: '' }
  return {
    signIn: (dialog, options = { flow: 'browser' }) => signIn(client, options, ports, dialog),
    token: () => accessToken(client, want, ports, application.name, tell),
    async whoami() {
      const { body } = await readCachedSession(client, ports)
      return { ...payloadOf(body.idToken), ...body.userinfo }
    },
    signOut: () => signOut(client, ports, tell),
  }
}

function clientOf({ name, issuer, clientId, api, more, ...kept }: Application): Client {
  return {
    profile: name,
    issuer,
    clientId,
    preset: { ...presetFor(issuer), ...kept.preset },
    account: 'default',
    apiOrigin: api.origin,
    audience: kept.audience,
    publicSecret: undefined,
    clientSecretFile: undefined,
    clientSecretMaxAgeSeconds: Number.POSITIVE_INFINITY,
    store: kept.storeKeyFile === undefined ? 'keychain' : 'file',
    storeKeyFile: kept.storeKeyFile,
    workload: undefined,
    expect: undefined,
    http: {
      proxy: undefined,
      caFile: undefined,
      clientCert: undefined,
      clientKey: undefined,
      timeoutMilliseconds: undefined,
    },
    stateDirectory: kept.stateDirectory,
    ...more,
  }
}

/** The least that a person must see: lines, the address to open, the code to type. It asks no question. */
export function plainDialog(tell: (line: string) => void): LoginDialog {
  return {
    tell,
    showUrl: (url) => tell(`Open this address: ${url.href}`),
    showDevice: ({ verificationUri, userCode }) => tell(`Open ${verificationUri} and type ${userCode}`),
    askForRedirect: async () => undefined,
    showElsewhere: ({ why }) => tell(REASONS[why]),
    showShort: (url) => tell(`Or open: ${url.href}`),
    offerOtherWays: () => {},
    canAsk: false,
  }
}
