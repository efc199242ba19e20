import { Failure } from '../../../errors.ts'
import { findDisplay } from '../../../session/flow/display.ts'
import type { Scale } from '../../../trace/formats/output-choices.ts'
import type { TraceReference } from '../../../trace/id.ts'
import { maskTrace } from '../../../trace/masking.ts'
import { buildTree } from '../../../trace/tree/trace-tree.ts'
import { revealed } from '../../../trace/view/moves.ts'
import { openScene } from '../../../trace/view/scene.ts'
import { openState } from '../../../trace/view/state.ts'
import type { CliCommand, Typed } from '../../cli-command.ts'
import { commandLine } from '../../command-line.ts'
import type { Invocation } from '../../invocation.ts'
import { findTrace } from '../find-trace.ts'
import { readTraceArgument, readTraceId, type TraceArgument } from '../trace-argument.ts'
import { walk } from './walk.ts'

interface ViewOptions {
  readonly argument: TraceArgument
  /** Which trace of a file. */
  readonly wanted: TraceReference | undefined
  readonly scale: Scale
  readonly showSensitive: boolean
}

/** `ls-auth trace view ID|FILE`: a trace to walk through, on the whole terminal. */
export const traceView: CliCommand<ViewOptions> = { read, run }

function read({ args, flags }: Typed): ViewOptions {
  return {
    argument: readTraceArgument(args[0] ?? ''),
    wanted: typeof flags.trace === 'string' ? readTraceId(flags.trace) : undefined,
    scale: (flags.scale as Scale | undefined) ?? 'linear',
    showSensitive: flags.showSensitive === true,
  }
}

async function run(invocation: Invocation, options: ViewOptions): Promise<void> {
  const { ports, args, options: typed } = invocation
  const { terminal } = ports
  const printed = commandLine({ ...invocation, command: 'trace get', args, options: typed })
  if (!terminal.hasScreen || typed.json === true) throw noScreen(invocation, printed)
  const { trace, name, link } = await findTrace(invocation, options.argument, options.wanted)
  const tree = buildTree(options.showSensitive ? trace : maskTrace(trace).trace)
  if (tree.count === 0) throw new Failure('not-found', 'the trace holds no spans')
  const style = await terminal.style('out')
  const scene = openScene(tree, { unicode: terminal.unicode, style, scale: options.scale })
  const begin = openState(scene)
  const node = tree.spans.findIndex(({ spanId }) => spanId === spanOf(options.argument))
  const state = node < 0 ? begin : revealed(scene, begin, node)
  // A starter of browsers may be there where no window can open. Windows opens one for WSL.
  const elsewhere = await findDisplay(ports.env, await ports.files())
  const isSeen = elsewhere === undefined || elsewhere.why === 'wsl'
  const browser = async () => (isSeen ? ports.browser() : undefined)
  await terminal.withScreen((screen) =>
    walk(screen, scene, state, { source: { name, link }, printed, browser }),
  )
}

/** The span that was asked for, where the id is that of one. */
function spanOf(argument: TraceArgument): string | undefined {
  if (argument.kind === 'file' || argument.reference instanceof Failure) return undefined
  return argument.reference.spanId
}

/** Failure `usage`: there is nobody who could press a key, or no cursor that could be moved. */
function noScreen({ ports: { env, terminal }, args, options }: Invocation, printed: string): Failure {
  const reason =
    options.json === true
      ? 'trace view shows a trace; it prints no JSON'
      : terminal.inIsTTY && terminal.outIsTTY && env.variables.TERM === 'dumb'
        ? 'trace view cannot move the cursor of this terminal (TERM=dumb)'
        : 'trace view needs a terminal, for its keys and its screen'
  const hint =
    args[0] === '-' ? 'Write the trace into a file and name that, or print it: ' : 'Print the trace instead: '
  return new Failure('usage', reason, { hint: hint + printed })
}
