import { type Invocation, loadProfile } from '../../commands/invocation.ts'
import { Failure } from '../../errors.ts'
import { portWith } from '../../port-with.ts'
import { sendsToken } from '../../settings/profile.ts'
import { ABOUT_DATA, dataBlock, withinBytes } from '../../trace/render/agent/data-block.ts'
import { whoami as command } from '../../verbs/whoami.ts'
import type { AnswerTool } from '../tool.ts'

const MOST_BYTES = 12 * 1024

const NOBODY = 'This API takes no token: nobody is signed in, and the other tools read it as it is.\n'

const PROXIED =
  'A local proxy of ls-auth on this machine asks the API for the other tools, and adds the token of the person who started it where the API takes one: they read as that person.\n'
const OWN_PROFILE =
  'Below is the sign-in that ls-auth finds here. Where the proxy was started with another profile, the tools read as that one.\n'
const UNKNOWN =
  'Who that is cannot be told here; the person can type: ls-auth whoami, outside of the proxy.\n'

/** Answers whoami. */
export const whoamiAnswer: AnswerTool = async (invocation) => {
  const { profile } = await loadProfile(invocation)
  if (profile.throughProxy) return PROXIED + (await behindProxy(invocation))
  return sendsToken(profile) ? identity(invocation) : NOBODY
}

/** The proxy does not say whose token it adds. */
async function behindProxy(invocation: Invocation): Promise<string> {
  try {
    return `${OWN_PROFILE}${await identity(invocation)}`
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return UNKNOWN
  }
}

async function identity(invocation: Invocation): Promise<string> {
  const text = await printed(invocation)
  const lines = dataBlock(withinBytes(text.trimEnd().split('\n'), MOST_BYTES))
  return `${[ABOUT_DATA.replace('into their spans', 'into their tokens'), '', ...lines].join('\n')}\n`
}

/** What the command prints. */
async function printed(invocation: Invocation): Promise<string> {
  let text = ''
  const keep = async (more: string | Iterable<string>, after = '') => {
    for (const piece of typeof more === 'string' ? [more] : more) text += piece + after
  }
  const terminal = portWith(invocation.ports.terminal, { out: keep, page: keep })
  const options = command.read({ args: [], flags: {}, json: false, now: invocation.ports.clock.now() })
  await command.run({ ...invocation, ports: { ...invocation.ports, terminal } }, options)
  return text
}
