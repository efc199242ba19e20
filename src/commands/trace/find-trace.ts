import type { FileSource } from '../../backends/file-source.ts'
import { Failure } from '../../errors.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import type { Profile } from '../../settings/profile.ts'
import { withScheme } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { cutOffHint, parseSpanOrTraceId, type TraceReference } from '../../trace/id.ts'
import type { Trace } from '../../trace/model.ts'
import { commandLine, optionWords } from '../command-line.ts'
import { type Invocation, loadProfile, tell } from '../invocation.ts'
import { findFile, openFile } from './trace-file.ts'

export interface FoundTrace {
  readonly trace: Trace
  /** For people: `Tempo`, `file x.json`. */
  readonly name: string
  /** Its page in the back end's UI. */
  readonly link: string | undefined
  /** The setting `ui` gives it a page. */
  readonly takesUi: boolean
}

/**
 * The trace an argument names: of the file where it is one, else of the profile's back end. `wanted`: which trace of a
 * file that holds several, by `flag`; without it the largest.
 */
export async function findTrace(
  invocation: Invocation,
  argument: TraceArgument,
  wanted: TraceReference | undefined,
  flag = '--trace',
): Promise<FoundTrace> {
  const chosen = await fileOrReference(invocation, argument)
  if ('source' in chosen) {
    const path = argument.kind === 'file' ? argument.path : argument.text
    return inFile(invocation, chosen.source, path, wanted, flag)
  }
  if (wanted !== undefined) {
    throw new Failure('usage', `${flag} chooses among the traces of a file`, {
      hint: 'Use a file, or only the id.',
    })
  }
  const { openProfile } = await import('./open-source.ts')
  const { settings, profile } = await loadProfile(invocation)
  if (argument.kind === 'word') refuseOtherProfile(invocation, settings, profile, argument.text.trim())
  const source = await openProfile(invocation, profile)
  const { reference } = chosen
  const trace = await source.trace(reference).catch((error) => {
    throw cutOff(error, reference)
  })
  return { trace, name: source.name, link: source.link?.(trace), takesUi: source.link !== undefined }
}

/** Failure `usage`: the address of the trace is below the API of another profile. */
function refuseOtherProfile(
  invocation: Invocation,
  { config, system }: Settings,
  { api }: Profile,
  address: string,
): void {
  const isAt = (base: unknown) =>
    typeof base === 'string' &&
    URL.canParse(withScheme(base)) &&
    address.startsWith(new URL(withScheme(base)).href)
  if (!/^https?:/.test(address) || isAt(api.href)) return
  const profiles = Object.entries({ ...system.profiles, ...config.profiles })
  const profile = profiles.find(([, table]) => isAt(table.api))?.[0]
  if (profile === undefined) return
  throw new Failure('usage', `that is an address of profile ${safeText(profile, 60)}`, {
    hint: `Ask it: ${commandLine(invocation, { profile })}`,
  })
}

/** An id that lacks digits was read with zeros before it; if no trace has it, it rather was not copied whole. */
function cutOff(error: unknown, reference: TraceReference): unknown {
  const hint = cutOffHint(reference)
  return error instanceof Failure && error.code === 'not-found' && hint ? error.withHint(hint) : error
}

/** A file goes before an id of the same name; a directory does not. */
async function fileOrReference(
  invocation: Invocation,
  argument: TraceArgument,
): Promise<{ source: FileSource } | { reference: TraceReference }> {
  // An agent names no files of this machine.
  if (invocation.caller !== undefined) return { reference: referenceOf(argument) }
  if (argument.kind === 'file') return { source: await openFile(invocation, argument.path) }
  const { text, reference } = argument
  const file = await findFile(invocation, text)
  if (!(file instanceof Failure)) return { source: file }
  if (!(reference instanceof Failure)) return { reference }
  throw file.code === 'not-found' ? neither(text, reference) : file
}

function referenceOf(argument: TraceArgument): TraceReference {
  const reference = argument.kind === 'file' ? readReference(argument.path) : argument.reference
  if (reference instanceof Failure) throw reference
  return reference
}

/** A mistyped name of a file has no form of an id. Something close to an id, or a URL, was not meant as a file. */
function neither(text: string, notAnId: Failure): Failure {
  if (notAnId.reason !== 'no-id' || text.trim() === '') return notAnId
  return notAnId.withWords(
    `"${safeText(text.trim(), 80)}" is neither a file nor a span or trace id`,
    notAnId.hint.replace(/^Use/, 'If it is a file, check its name. If it is an id, use'),
  )
}

async function inFile(
  invocation: Invocation,
  source: FileSource,
  path: string,
  wanted: TraceReference | undefined,
  flag: string,
): Promise<FoundTrace> {
  const { traceCount, largest, hasOneLargest, name } = source
  if (wanted !== undefined)
    return { trace: await source.trace(wanted), name, link: undefined, takesUi: false }
  if (traceCount > 1) {
    const which = hasOneLargest ? 'this is the largest' : 'this is one of them'
    // Standard input is read only once.
    const { platform } = invocation.ports.env
    const list =
      path === '-' ? '' : `; list their ids: ls-auth trace search${optionWords({ file: path }, platform)}`
    tell(invocation, `note: ${name}: ${traceCount} traces in it; ${which}. Another: ${flag} ID${list}`)
  }
  return { trace: largest, name, link: undefined, takesUi: false }
}

/**
 * The argument of `trace get`, by its text alone.
 * - `file`: `-`, a path, or a name with the extension of a trace file.
 * - `word`: the file of this name if there is one, else the id it parses as (or why it does not).
 */
export type TraceArgument =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'word'; readonly text: string; readonly reference: TraceReference | Failure }

/** Of an id as base64: a path rarely ends like this. */
const PADDED = /^\/[\w+/-]+={1,2}$/

/**
 * Distinguishes a path from an id. A base64 id may hold a slash, so only a leading slash makes a path, and not before
 * the padding of base64.
 */
export function readTraceArgument(text: string): TraceArgument {
  if (PADDED.test(text)) return { kind: 'word', text, reference: readReference(text) }
  if (text === '-' || /^\.{0,2}[/\\]|\.(json|ndjson|jsonl|pb|binpb|gz|otlp)$/i.test(text)) {
    return { kind: 'file', path: text }
  }
  return { kind: 'word', text, reference: readReference(text) }
}

/** `--trace`: which trace of a file. Failure `usage`: not a trace id. */
export function readTraceId(text: string, flag = '--trace'): TraceReference {
  const reference = parseSpanOrTraceId(text)
  if (reference.traceId !== undefined) return reference
  throw new Failure('usage', `${flag}: not a trace id`)
}

/** Leading zeros that a tool may have dropped: three are one id in 4,096. A text that lacks more was cut off. */
const MOST_DROPPED = 3

/** As a table on a screen shortens it. */
const SHORTENED = /^([\da-f]{4,31})(?:\u2026|\.{3})$/i

/** An id in any form that a person gives, or why it isn't one: it was not copied whole, or has no known form. */
export function readReference(text: string): TraceReference | Failure {
  const shortened = SHORTENED.exec(text.trim())?.[1]
  if (shortened !== undefined) return tooShort(text, shortened.length)
  try {
    const reference = parseSpanOrTraceId(text)
    const { form, digits } = reference
    const missing = form === 'hex' && digits !== undefined ? (32 - digits.length) % 16 : 0
    return missing > MOST_DROPPED ? tooShort(text, digits?.length ?? 0) : reference
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

const tooShort = (text: string, digits: number): Failure =>
  new Failure(
    'usage',
    `"${safeText(text, 60)}" is too short for an id: it has ${digits} ${digits === 1 ? 'digit' : 'digits'}`,
    {
      hint: 'A trace id has 32 or 16 hex digits, a span id has 16. Copy all of it, or add leading zeros that were cut off.',
    },
  )
