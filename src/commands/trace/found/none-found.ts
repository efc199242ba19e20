import type { CapableSource } from '../../../backends/capability.ts'
import { Failure } from '../../../errors.ts'
import { nearName } from '../../../text/near-name.ts'
import { safeText } from '../../../text/safe-text.ts'
import { THE_KINDS, wrongKind } from '../../../trace/attributes.ts'
import { isOfWholeTrace, type TraceFilter } from '../../../trace/search.ts'
import type { TraceTree } from '../../../trace/tree/trace-tree.ts'
import { optionWords } from '../../command-line.ts'
import type { Invocation } from '../../invocation.ts'
import { repeatFlags } from '../../repeat-flags.ts'

/** What may explain an empty list. */
type NoneNote = { readonly code: string; readonly text: string; readonly quotes?: true }

/**
 * For a person whose search found nothing: how its conditions were meant, and whether there is that service at all. Asks for
 * the services, so before anything is printed: where that fails, "nothing" was not an answer either.
 */
export async function notesOfNone(
  invocation: Invocation,
  source: CapableSource<'search'>,
  filter: TraceFilter,
  isText: boolean,
): Promise<NoneNote[]> {
  const quoting = (code: string, text: string | undefined): NoneNote[] =>
    text === undefined ? [] : [{ code, text, quotes: true }]
  if (!isText) return []
  const notes: NoneNote[] = []
  const { name, minNanos, maxNanos } = filter
  if (name !== undefined)
    notes.push({ code: 'whole-name', text: '--name needs the whole span name, such as "POST /checkout"' })
  if ((minNanos !== undefined || maxNanos !== undefined) && !isOfWholeTrace(filter))
    notes.push({
      code: 'span-time',
      text: 'with other filters, --min and --max apply to that span, not to the trace',
    })
  if (filter.attributes.some(([, , operator]) => operator?.includes('~')))
    notes.push({
      code: 'whole-value',
      text: '=~ and !~ are for text and match all of it; .*text.* finds a part',
    })
  const wrong = filter.attributes.map(wrongKind).find((one) => one !== undefined)
  const unknown = await unknownService(invocation, source, filter)
  return [
    ...notes,
    ...quoting('wrong-kind', wrong && `${wrong}. ${THE_KINDS}`),
    ...quoting('unknown-service', unknown?.text),
  ]
}

/** A name that no service has. */
interface UnknownService {
  readonly text: string
  /** Another one may be meant, and the text names it. */
  readonly hasNear: boolean
}

/**
 * The failure of an empty answer for a service that does not exist. As its hint where another one may be meant, since no other
 * time or filter helps then, else below its hint.
 */
export function namingService(failure: Failure, unknown: UnknownService | undefined): Failure {
  if (unknown === undefined) return failure
  return unknown.hasNear ? failure.withHint(unknown.text) : failure.withDetail(unknown.text)
}

/**
 * That there is no service of this name, and which may be meant. Undefined: there is one, or that is unknown. Asks for the
 * services. `file`: the source, where that is one.
 */
export async function unknownService(
  invocation: Invocation,
  source: Pick<CapableSource<'search'>, 'name' | 'services' | 'servicesOfTime'>,
  filter: Pick<TraceFilter, 'service' | 'fromMillis' | 'toMillis'>,
  file = invocation.options.file,
): Promise<UnknownService | undefined> {
  const { service } = filter
  const { servicesOfTime = false } = source
  // The empty result is reported also where services cannot be listed.
  const known = service === undefined ? [] : ((await source.services?.(filter).catch(() => [])) ?? [])
  if (service === undefined || known.length === 0 || known.includes(service)) return undefined
  const near = nearName(service, known)
  const rest =
    near === undefined ? listedBy(invocation, file, servicesOfTime) : `; did you mean ${safeText(near, 60)}?`
  const when = servicesOfTime ? ' in this time' : ''
  const text = `${source.name} has no service "${safeText(service, 60)}"${when}${rest}`
  return { text, hasNear: near !== undefined }
}

/** What lists the services of the same source, for a person or an agent; standard input is read only once. */
function listedBy(invocation: Invocation, file: unknown, ofTime: boolean): string {
  const which = ofTime ? 'the services of the last hour' : 'them'
  if (invocation.caller) return `: get_services lists ${which}`
  if (file === '-') return ''
  const { platform } = invocation.ports.env
  return repeatFlags(`: ls-auth services${optionWords({ file }, platform)} lists ${which}`, invocation)
}

const MOST_NAMED = 20

/**
 * Failure `not-found` when a trace has no span of this service; names the nearest and those it has. `below`: the tree is what
 * is below this span.
 */
export function requireService(tree: TraceTree, service: string | undefined, below?: string): void {
  const { texts } = tree.services
  if (service === undefined || tree.count === 0 || texts.includes(service)) return
  const near = nearName(service, texts)
  const named = texts
    .filter(Boolean)
    .toSorted()
    .slice(0, MOST_NAMED)
    .map((name) => safeText(name, 60))
  const more = texts.length > MOST_NAMED ? `, and ${texts.length - MOST_NAMED} more` : ''
  const asked = `no span of service "${safeText(service, 60)}"`
  const [message, whose] =
    below === undefined
      ? [`this trace has ${asked}`, 'Its services']
      : [`${asked} in span ${safeText(below, 60)} and below`, 'The services there']
  throw new Failure('not-found', message, {
    hint: `${near === undefined ? '' : `Did you mean ${safeText(near, 60)}? `}${whose}: ${named.join(', ')}${more}`,
  })
}
