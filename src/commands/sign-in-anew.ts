import { loginFlags, requirementLines } from '../api/refusal/step-up.ts'
import { payloadOf } from '../claims/jwt/jwt.ts'
import type { SignInRequirements } from '../claims/sign-in-requirements.ts'
import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import { personIn } from '../session/kept-sign-in.ts'
import { signIn } from '../session/sign-in.ts'
import { readSettings } from '../settings/files/settings-files.ts'
import { safeText } from '../text/safe-text.ts'
import { fitted, type Invocation, tell } from './invocation.ts'
import { sessionToken } from './request/credentials.ts'
import { openRecorder } from './request/recorder.ts'
import { requireProfile } from './sign-in/keep-sign-in.ts'
import { terminalDialog } from './sign-in/terminal-dialog.ts'

/**
 * Says what the API at `host` requires, asks, and has the same person sign in again like that. Failure `declined`, and those of
 * {@link signIn}; the sign-in before is kept then.
 */
export async function signInAnew(
  invocation: Invocation,
  client: Client,
  required: SignInRequirements,
  host: string,
): Promise<void> {
  // Before the question: a profile that is removed while it waits existed.
  const { env, files } = invocation.ports
  const before = await readSettings(env, await files())
  const claims = await claimsOfPerson(invocation, client)
  const person = safeText(personIn(claims) ?? 'the same person', 120)
  tell(invocation, `${safeText(host, 200)} requires a stronger or newer sign-in.`)
  for (const line of requirementLines(required)) tell(invocation, `  ${line}`)
  const { scopes = [], ...way } = required
  if (scopes.length > 0) tell(invocation, `  required scope: ${scopes.join(' ')}`)
  await requireYes(invocation, `Sign in again as ${person}, in the browser?`, required)
  const hint = [claims.email, claims.preferred_username].find((name) => typeof name === 'string')
  const isAny = Object.keys(way).length === 0
  const asked = [...new Set([...client.preset.scopes, ...scopes])]
  const signedIn = await signIn(
    { ...client, preset: { ...client.preset, scopes: asked } },
    {
      flow: 'browser',
      samePerson: { subject: claims.sub },
      required,
      ...(typeof hint === 'string' && { loginHint: hint }),
      ...(isAny && { prompt: 'login' }),
    },
    invocation.ports,
    terminalDialog(invocation),
  )
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(signedIn.tokens.idToken)
  await recorder.note('sign-in', signedIn.tokens.accessToken)
  await requireProfile(invocation, before, client)
  tell(invocation, `Signed in as ${person}.`)
}

/** The claims of the ID token that is kept. */
async function claimsOfPerson(
  invocation: Invocation,
  client: Client,
): Promise<Readonly<Record<string, unknown>>> {
  const { idToken } = (await sessionToken(invocation, client)).body
  return payloadOf(idToken) ?? {}
}

/** Enter is a yes: the person has typed a command that is not possible without it. */
async function requireYes(
  invocation: Invocation,
  question: string,
  required: SignInRequirements,
): Promise<void> {
  const { terminal } = invocation.ports
  terminal.err(fitted(`${question} [Y/n] `, invocation))
  const line = await terminal.readLine()
  if (line === undefined) terminal.err('\n')
  if (line !== undefined && /^(y(es)?)?$/i.test(line.trim())) return
  throw new Failure('declined', 'you did not sign in again, so ls-auth has no answer', {
    hint: `When you are ready: ls-auth login${loginFlags(required)}`,
  })
}
