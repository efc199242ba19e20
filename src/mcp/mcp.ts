import { type Invocation, loadProfile, tell } from '../commands/invocation.ts'
import { Failure } from '../errors.ts'
import { bool, count, texts, value } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { portWith } from '../port-with.ts'
import type { Signals } from '../ports/ports.ts'
import { API_SETTINGS } from '../settings/setting-table.ts'
import { checkBaseUrl, withScheme } from '../settings/urls.ts'
import { safeText } from '../text/safe-text.ts'
import { backendFlags } from '../verbs/flags.ts'
import { openCalls } from './calls.ts'
import { bridgeService } from './connect/bridge.ts'
import type { Allowed } from './connect/offered.ts'
import { type Commands, instructionsFor, offerOf, toolsFor } from './offer.ts'
import type { Service } from './serve.ts'
import { serve, traceServer } from './serve.ts'

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
  /** Another server, to be served as this person. */
  readonly connect: URL | undefined
  readonly allowed: Allowed
  readonly commands: Commands
}

const MAX_CALLS = 500
const MAX_BYTES = 4_000_000
/** How long lines of the record may be written after a signal. The official client sends SIGKILL two seconds after SIGTERM. */
const LAST_MILLISECONDS = 1_500

/**
 * `ls-auth mcp`: a Model Context Protocol server on standard input and output, for an agent that reads traces. Ends with 0
 * at the end of its input, 143 and the like by a signal. `commands`: all, for their tools.
 */
export const mcpWith = (commands: Commands) =>
  verb({
    summary: 'serve traces to an agent (Model Context Protocol on stdin and stdout)',
    flags: {
      maxCalls: count('maximum number of calls (500)'),
      maxBytes: value('<size>', 'maximum amount of text (4MB)', readBytes),
      connect: value(
        '<url>',
        "serve the tools of another server that only read, with this person's token",
        serverUrl,
      ),
      allowTool: texts('<name>', 'of --connect: this tool, too, whatever it says of itself (repeatable)'),
      allowWrite: bool('of --connect: all tools'),
      ...backendFlags,
    },
    formats: [],
    settings: API_SETTINGS,
    variables: ['LS_AUTH_TOKEN', 'LS_AUTH_PROXY'],
    exits: [130, 143],
    examples: [
      { does: 'Claude Code', line: 'claude mcp add traces -- ls-auth mcp --profile work' },
      { does: 'command line for any other agent', line: 'ls-auth mcp --profile work' },
      {
        does: 'the tools of another server, with a sign-in that is kept and renewed here',
        line: 'ls-auth mcp --connect https://mcp.acme.example/mcp --profile work',
      },
      { does: 'with a small budget', line: 'ls-auth mcp --max-calls 50 --max-bytes 500kB' },
    ],
    async run(invocation, { maxCalls = MAX_CALLS, maxBytes = MAX_BYTES, connect, allowTool, allowWrite }) {
      if (connect === undefined && (allowWrite || allowTool.length > 0)) {
        throw new Failure('usage', 'the tools of ls-auth itself only read', {
          hint: '--allow-tool and --allow-write are for --connect URL.',
        })
      }
      const allowed = { write: allowWrite, tools: allowTool }
      return { exit: await serveAgent(invocation, { maxCalls, maxBytes, connect, allowed, commands }) }
    },
  })

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

function serverUrl(text: string): URL {
  const address = withScheme(text)
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol))
    // A user name, a password or a query may be a secret, which hints would repeat.
    return checkBaseUrl(address, 'none')
  throw new Failure('usage', `--connect: "${safeText(text, 100)}" is not an address`, {
    hint: 'Write it like --connect https://mcp.example.com/mcp.',
  })
}

async function serveAgent(invocation: Invocation, options: McpOptions): Promise<number> {
  const { terminal, signals, clock } = invocation.ports
  const renewals = openRenewals(signals)
  const own = { ...invocation, ports: { ...invocation.ports, signals: renewals.signals } }
  const service = await (options.connect === undefined
    ? traceService(own, options)
    : bridgeService(own, {
        ...options,
        connect: options.connect,
        way: 'mcp-connect',
      }))
  if (terminal.inIsTTY)
    tell(
      invocation,
      'This serves the Model Context Protocol to an agent (see docs/agents.md). Ctrl-D stops it.',
    )
  const stop = new AbortController()
  const signalled = signals.ending(stop.signal)
  const { closed, giveUp } = serve(terminal.streams(), service)
  const status = await Promise.race([closed.then(() => 0), signalled])
  await Promise.all([
    // Without the answer that is on its way the sign-in would be lost. Its requests have time limits; a second signal ends at once.
    renewals.over(),
    Promise.race([giveUp(), clock.sleep(LAST_MILLISECONDS, stop.signal).catch(() => {})]),
  ])
  await service.close?.()
  stop.abort()
  return status
}

/** The tools that read traces as the profile in use. */
async function traceService(invocation: Invocation, options: McpOptions): Promise<Service> {
  // Who signs in may come later. A profile that is missing never works.
  const { profile } = await loadProfile(invocation)
  const offer = offerOf(profile, invocation.options.snapshot === true)
  const tools = {
    version: invocation.ports.env.version,
    instructions: instructionsFor(offer),
    tools: await toolsFor(offer, options.commands),
    answer: openCalls(invocation, options),
  }
  // A trace of 100,000 spans takes much memory, so few are read at once.
  return { atOnce: 4, serverOf: (turn) => traceServer(tools, turn) }
}
