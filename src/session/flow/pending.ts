import type { PartialClient } from '../../client.ts'
import type { ProofKey } from '../../dpop/proof-key.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { openNotes } from '../store/sealed-notes.ts'
import type { SessionHeader } from '../store/session-file.ts'
import { readPasted, requestWithoutListener, spendCode } from './browser-flow.ts'
import { type Attempt, askForCode, awaitDevice, promptOf } from './device.ts'
import type { DeviceCode, PendingSignIn } from './login-dialog.ts'

/** What `login --start` prints. Times: ISO 8601. */
export type Started =
  | { readonly url: string; readonly expires_at: string; readonly next: string }
  | {
      readonly verification_uri: string
      readonly verification_uri_complete?: string
      readonly user_code: string
      readonly expires_at: string
      readonly next: string
    }

const LIFE_MILLISECONDS = 10 * 60_000
const FOLDER = 'pending'
const NAME = 'sign-in'

type NoteClient = PartialClient & { readonly issuer: string }

/** Asks for an address or a code, and keeps what its answer is checked against. `more`: for the clear header. */
export async function startPending(
  attempt: Attempt<unknown>,
  proofKey: ProofKey | undefined,
  more: object,
): Promise<Started> {
  const { client, options, ports } = attempt
  const notes = await openNotes(client, FOLDER, ports)
  await notes.probe()
  const latest = ports.clock.now() + LIFE_MILLISECONDS
  const keep = async (pending: PendingSignIn) => {
    await notes.forget(NAME)
    await notes.keep(NAME, client.clientId, { ...pending, proofKey }, more)
    return new Date(pending.endsAt).toISOString()
  }
  if (options.flow === 'device') {
    const code = await askForCode(attempt)
    const { userCode, verificationUri, verificationUriComplete } = promptOf(code)
    return {
      verification_uri: verificationUri,
      ...(verificationUriComplete && { verification_uri_complete: verificationUriComplete }),
      user_code: userCode,
      expires_at: await keep({ endsAt: Math.min(latest, code.endsAt), code }),
      next: 'ls-auth login --finish',
    }
  }
  const { request, redirectUri } = await requestWithoutListener(attempt)
  const { url, ...checks } = request
  return {
    url: url.href,
    expires_at: await keep({ endsAt: latest, redirectUri, request: checks }),
    next: "ls-auth login --finish 'THE ADDRESS ON WHICH THE BROWSER ENDS'",
  }
}

/** The clear header of the sign-in that waits, not authenticated yet. Failure `session-ended`: there is none. */
export async function pendingHeader(stateDirectory: string, ports: Ports): Promise<SessionHeader> {
  const nobody = { stateDirectory, store: 'file' } as unknown as NoteClient
  const header = await (await openNotes(nobody, FOLDER, ports)).head(NAME)
  if (header === undefined) throw gone('no sign-in waits to be finished')
  return header
}

/**
 * Opens the sign-in that waits. If it waits for an address, it is forgotten with it: a code is spent once. Failures:
 * `session-ended` (none, or too old), `refused` (changed), `usage` (the address is missing), those of the vault.
 */
export async function readPending(
  client: NoteClient,
  callback: string | undefined,
  ports: Ports,
): Promise<PendingSignIn> {
  const notes = await openNotes(client, FOLDER, ports)
  const pending = (await notes.read(NAME).catch((failure) => {
    throw failure instanceof Failure && failure.code === 'session-ended'
      ? new Failure('refused', 'the stored sign-in was changed', { hint: AGAIN, cause: failure })
      : failure
  })) as PendingSignIn | undefined
  if (pending === undefined) throw gone('no sign-in waits to be finished')
  if (ports.clock.now() >= pending.endsAt) {
    await notes.forget(NAME)
    throw gone('the sign-in that waited is too old')
  }
  if (pending.code !== undefined && callback !== undefined)
    throw new Failure('usage', 'this sign-in waits for a code that a person confirms, not for an address', {
      hint: 'Leave out the address: ls-auth login --finish',
    })
  if (pending.request !== undefined) {
    if (callback === undefined)
      throw new Failure('usage', '--finish needs the address on which the browser ended', {
        hint: `Copy all of what stands in the address bar of the browser; it begins with ${pending.redirectUri}`,
      })
    checkedCallback(pending, callback)
    await notes.forget(NAME)
  }
  return pending
}

const AGAIN = 'Start again: ls-auth login --start'
const gone = (what: string): Failure => new Failure('session-ended', what, { hint: AGAIN })

/** Failures: `usage` (no address), `refused` (of another origin), `session-ended` (of another sign-in). */
function checkedCallback({ redirectUri = '', request }: PendingSignIn, callback: string): URL {
  const state = request?.state ?? ''
  const read = readPasted(callback, redirectUri, state)
  if (typeof read !== 'string') return read
  if (!URL.canParse(callback))
    throw new Failure('usage', 'what follows --finish is not an address', {
      hint: `Copy all of what stands in the address bar of the browser; it begins with ${redirectUri}`,
    })
  const isElsewhere = new URL(callback).origin !== new URL(redirectUri).origin
  throw isElsewhere
    ? new Failure('refused', 'that is not the address on which the sign-in ends', {
        hint: `Copy the address that begins with ${redirectUri}`,
      })
    : gone('that address belongs to another sign-in')
}

/** Finishes it: a code is spent, or the confirmation of a device awaited. */
export async function finishPending<T>(
  attempt: Attempt<T>,
  { pending, callback = '' }: { readonly pending: PendingSignIn; readonly callback: string | undefined },
): Promise<T> {
  const { client, ports } = attempt
  if (pending.request !== undefined) {
    const request = { ...pending.request, url: new URL(client.issuer) }
    return spendCode(attempt, checkedCallback(pending, callback), request)
  }
  const notes = await openNotes(client, FOLDER, ports)
  const result = await awaitDevice(attempt, pending.code as DeviceCode)
  await notes.forget(NAME)
  return result
}
