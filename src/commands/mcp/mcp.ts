import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { ABOUT_DATA } from '../../trace/render/agent/data-block.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { type Invocation, loadProfile, tell } from '../invocation.ts'
import { readCount } from '../trace/output/view-options.ts'
import { textFlag } from '../typed-flags.ts'
import { openCalls } from './calls.ts'
import { serve } from './serve.ts'
import { TOOLS } from './tools.ts'

interface McpOptions {
  readonly maxCalls: number
  readonly maxBytes: number
}

const MAX_CALLS = 500
const MAX_BYTES = 4_000_000
/** How long the end of a call is waited for after a signal: it may be renewing the sign-in. */
const LAST_MILLISECONDS = 3_000

const INSTRUCTIONS = `Reads distributed traces as the person who is signed in with ls-auth; every call is logged under that person's name. \
Begin with search_traces or get_trace; each answer is bounded and says how to ask for more. ${ABOUT_DATA}`

/**
 * `ls-auth mcp`: a Model Context Protocol server on standard input and output, for an agent that reads traces. Ends with 0
 * at the end of its input, 143 and the like by a signal.
 */
export const mcp: CliCommand<McpOptions> = { read, run }

function read({ flags }: Typed): McpOptions {
  const calls = textFlag(flags, 'maxCalls')
  const bytes = textFlag(flags, 'maxBytes')
  return {
    maxCalls: calls === undefined ? MAX_CALLS : readCount(calls, '--max-calls'),
    maxBytes: bytes === undefined ? MAX_BYTES : readBytes(bytes),
  }
}

const UNITS = new Map([
  ['', 1],
  ['kB', 1e3],
  ['MB', 1e6],
])

function readBytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})(kB|MB)?$/.exec(text.trim()) ?? []
  const bytes = Number(digits) * (UNITS.get(unit) ?? 1)
  if (digits !== '' && bytes > 0) return bytes
  throw new Failure('usage', `--max-bytes: "${safeText(text, 40)}" is not a number of bytes`, {
    hint: 'Write it like --max-bytes 4MB, 500kB or 100000.',
  })
}

async function run(invocation: Invocation, limits: McpOptions): Promise<number> {
  const { terminal, signals, clock, env } = invocation.ports
  // Who signs in may come later. A profile that is not there never works.
  await loadProfile(invocation)
  if (terminal.inIsTTY)
    tell(
      invocation,
      'This speaks the Model Context Protocol: an agent starts it, as docs/agents.md shows. Ctrl-D ends it.',
    )
  const stop = new AbortController()
  const signalled = signals.ending(stop.signal)
  const { closed, idle } = serve({
    ...terminal.streams(),
    version: env.version,
    instructions: INSTRUCTIONS,
    tools: TOOLS,
    answer: openCalls(invocation, limits),
  })
  const status = await Promise.race([closed.then(() => 0), signalled])
  // A token that is being renewed must be kept before the process ends.
  await Promise.race([idle(), clock.sleep(LAST_MILLISECONDS, stop.signal).catch(() => {})])
  stop.abort()
  return status
}
