import type { CliCommand, Typed } from '../commands/cli-command.ts'
import { type Invocation, loadProfile, tell } from '../commands/invocation.ts'
import { readCount } from '../commands/trace/output/view-options.ts'
import { textFlag } from '../commands/typed-flags.ts'
import { Failure } from '../errors.ts'
import { portWith } from '../port-with.ts'
import type { Signals } from '../ports/ports.ts'
import { safeText } from '../text/safe-text.ts'
import { openCalls } from './calls.ts'
import { instructionsFor, offerOf, toolsFor } from './offer.ts'
import { serve } from './serve.ts'

/** The renewals of the sign-in that a server has under way. */
interface Renewals {
  /** For the calls: what they shield is a renewal. A signal is not deferred by it, so that the server hears of it at once. */
  readonly signals: Signals
  /** From now on none begins: the process would end in the midst of it. Resolves when none is under way. */
  over(): Promise<void>
}

/** Watches renewals, so that the server ends after them, and can end all else before. */
function openRenewals(signals: Signals): Renewals {
  const underWay = new Set<Promise<unknown>>()
  let isOver = false
  return {
    signals: portWith(signals, {
      async shield(work) {
        if (isOver) throw new Error('the server ends')
        const renewal = work()
        underWay.add(renewal)
        return renewal.finally(() => underWay.delete(renewal))
      },
    }),
    async over() {
      isOver = true
      await Promise.allSettled(underWay)
    },
  }
}

interface McpOptions {
  readonly maxCalls: number
  readonly maxBytes: number
}

const MAX_CALLS = 500
const MAX_BYTES = 4_000_000
/** How long lines of the record may be written after a signal. The official client sends SIGKILL two seconds after SIGTERM. */
const LAST_MILLISECONDS = 1_500

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
  const renewals = openRenewals(signals)
  // Who signs in may come later. A profile that is not there never works.
  const { profile } = await loadProfile(invocation)
  const offer = offerOf(profile, invocation.options.snapshot === true)
  if (terminal.inIsTTY)
    tell(
      invocation,
      'This speaks the Model Context Protocol: an agent starts it, as docs/agents.md shows. Ctrl-D ends it.',
    )
  const stop = new AbortController()
  const signalled = signals.ending(stop.signal)
  const { closed, giveUp } = serve({
    ...terminal.streams(),
    version: env.version,
    instructions: instructionsFor(offer),
    tools: await toolsFor(offer),
    answer: openCalls({ ...invocation, ports: { ...invocation.ports, signals: renewals.signals } }, limits),
  })
  const status = await Promise.race([closed.then(() => 0), signalled])
  await Promise.all([
    // Without the answer that is on its way the sign-in would be lost. Its requests have time limits; a second signal ends at once.
    renewals.over(),
    Promise.race([giveUp(), clock.sleep(LAST_MILLISECONDS, stop.signal).catch(() => {})]),
  ])
  stop.abort()
  return status
}
