import { nearName } from '../../../text/near-name.ts'
import { safeText } from '../../../text/safe-text.ts'
import { THE_KINDS, wrongKind } from '../../../trace/conditions/kind-condition.ts'
import { isOfWholeTrace, type TraceFilter } from '../../../trace/search.ts'
import type { CapableSource } from '../../../trace/sources/capabilities.ts'
import { optionWords } from '../../command-line.ts'
import type { Invocation } from '../../invocation.ts'
import { repeatFlags } from '../../repeat-flags.ts'

/**
 * Of a search that found nothing, in lines: how its conditions were meant, and whether there is such a service at all. Asks
 * for the services, so before anything is printed: where that fails, "nothing" was no answer either.
 */
export async function notesOfNone(
  invocation: Invocation,
  source: CapableSource<'search'>,
  filter: TraceFilter,
): Promise<string[]> {
  const notes: string[] = []
  const { service, name, minNanos, maxNanos } = filter
  if (name !== undefined) notes.push('note: --name is the whole name of a span, such as "POST /checkout"')
  if ((minNanos !== undefined || maxNanos !== undefined) && !isOfWholeTrace(filter))
    notes.push(
      'note: beside other conditions --min and --max are the time of that one span, not of the trace',
    )
  const wrong = filter.attributes?.map(wrongKind).find((one) => one !== undefined)
  if (wrong !== undefined) notes.push(`note: ${wrong}. ${THE_KINDS}`)
  const known = service === undefined ? [] : ((await source.services?.()) ?? [])
  if (service === undefined || known.length === 0 || known.includes(service)) return notes
  const near = nearName(service, known)
  const rest = near === undefined ? listedBy(invocation) : `; did you mean ${safeText(near, 60)}?`
  return [...notes, `note: ${source.name} knows no service "${safeText(service, 60)}"${rest}`]
}

/** What lists the services of the same source, for a person or an agent; standard input is read only once. */
function listedBy(invocation: Invocation): string {
  if (invocation.caller) return ': get_services lists them'
  const { file } = invocation.options
  return file === '-' ? '' : repeatFlags(`: ls-auth services${optionWords({ file })} lists them`, invocation)
}
