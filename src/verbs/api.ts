import type { ApiAnswer, ApiRequest, Send } from '../api/request.ts'
import { backendOf } from '../backends/table.ts'
import {
  type Field,
  fieldsToJson,
  fieldsToQuery,
  type JsonScalar,
  textField,
  typedField,
} from '../commands/api-fields.ts'
import { type Invocation, loadProfile } from '../commands/invocation.ts'
import { authorisedRequest } from '../commands/request/authorised-request.ts'
import { requireApi } from '../commands/request/require-api.ts'
import { Failure } from '../errors.ts'
import { bool, text, texts, value } from '../frame/flag.ts'
import { ASKS_API, verb } from '../frame/verb.ts'
import type { HttpAnswer } from '../ports/http.ts'
import type { Profile } from '../settings/profile.ts'
import { safeText } from '../text/safe-text.ts'

/**
 * Who asks, where, where a request ends, and the compressions that can be read here: never the caller's business. The tenant
 * comes from the profile.
 */
const OURS =
  /^(authorization|proxy-authorization|host|accept-encoding|content-length|transfer-encoding|connection|x-scope-orgid)$/

/** No caller sets these here, and each would change who asks, how, or where a request ends. */
const NEVER_SENT =
  /^(cookie|keep-alive|te|trailer|upgrade|expect|x-http-method(-override)?|x-method-override)$/

/**
 * Reads `-H 'Name: value'`, repeated. Names in lower case; the values of one name are joined in their order. Failure `usage`:
 * malformed, or a header that is set by us or never sent.
 */
export function readHeaders(typed: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (const [name, value] of typed.map(readHeader)) {
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(headers)
}

function readHeader(line: string): [string, string] {
  const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line) ?? []
  if (name === '') {
    // Redacted: what stands behind the colon may be a secret.
    throw new Failure('usage', `-H: "${safeText(line.split(':', 1)[0] ?? '', 40)}…" is not "Name: value"`, {
      hint: "Write it like -H 'Accept: application/json', in ASCII.",
    })
  }
  if (OURS.test(name.toLowerCase())) throw isOurs(name)
  if (NEVER_SENT.test(name.toLowerCase())) throw isNeverSent(name)
  return [name.toLowerCase(), value.trimEnd()]
}

/** Refuses the header that the profile's token is sent in. Failure `usage`. */
function requireTokenHeader(headers: Readonly<Record<string, string>>, tokenHeader: string): void {
  if (headers[tokenHeader.toLowerCase()] !== undefined) throw isOurs(tokenHeader)
}

const isOurs = (name: string): Failure =>
  new Failure('usage', `-H: ${name} is set by ls-auth`, {
    hint: 'Remove it. The token, the host and the tenant come from the profile.',
  })

const isNeverSent = (name: string): Failure =>
  new Failure('usage', `-H: ${name} is never sent`, {
    hint: 'Remove it. ls-auth sets the token, the method (-X) and the framing itself.',
  })

/** The person wrote the request, and asking again changes nothing (RFC 9110 §15.5). */
const WRONG_REQUEST: readonly number[] = [400, 413, 414, 415, 422]
const MOST_BYTES = 256 * 1024 * 1024

/** `ls-auth api PATH`: one request to the profile's API, as the person, as `gh api` does it. */
export const api = verb({
  args: '<path>',
  summary: 'send one request to the API as you and print the answer',
  flags: {
    method: value('<method>', 'method (GET, or POST with a body)', readMethod, { short: 'X' }),
    header: texts('<line>', 'header, "Name: value" (repeatable)', { short: 'H' }),
    rawField: texts('<key=value>', 'text field of the body (repeatable)', { short: 'f' }),
    field: texts('<key=value>', 'typed field: true, null, 5 or @file (repeatable)', { short: 'F' }),
    input: text('<file>', 'read the body from a file, or from standard input (-)'),
    include: bool('print status and headers before the body', { short: 'i' }),
  },
  formats: [],
  ...ASKS_API,
  examples: [
    { does: 'a path of the API', line: 'ls-auth api /api/search/tags' },
    { does: 'with a query', line: 'ls-auth api -X GET /api/search -f limit=5 -f q={}' },
    {
      does: 'a body from a file',
      line: 'ls-auth api /projects/prod/telemetry/query_timeseries --input query.json',
    },
  ],
  async run(invocation, { method, header, rawField, field, input, include }) {
    const target = invocation.args[0] ?? ''
    if (!target.startsWith('/') && !/^https?:\/\//i.test(target)) {
      throw new Failure('usage', `"${safeText(target, 60)}" is not a path`, {
        hint: 'Begin it with /, such as ls-auth api /api/search',
      })
    }
    // The body would be lost on its way without a word (RFC 9110 §9.3.1, §9.3.2).
    if (input !== undefined && (method === 'GET' || method === 'HEAD')) {
      throw new Failure('usage', `${method} sends no body, but --input gives one`, {
        hint: `Leave out --input or -X ${method}, or put into the query what -f and -F name.`,
      })
    }
    const fields = [...rawField.map(textField), ...field.map(typedField)]
    requireOneStdin(fields, input)
    await ask(invocation, { target, method, headers: readHeaders(header), fields, input, include })
    return undefined
  },
})

function readMethod(typed: string): string {
  if (/^[A-Za-z]{1,20}$/.test(typed)) return typed.toUpperCase()
  throw new Failure('usage', `-X: "${safeText(typed, 40)}" is not a method`, {
    hint: 'Use a method such as GET or POST.',
  })
}

interface ApiOptions {
  /** A path that begins with "/", or a URL. */
  readonly target: string
  /** Undefined: GET, or POST with a body. */
  readonly method: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly fields: readonly Field[]
  /** A file with the body, `-` for standard input. */
  readonly input: string | undefined
  /** Print status and headers before the body. */
  readonly include: boolean
}

/** Read a second time it would be empty. Failure `usage`. */
function requireOneStdin(fields: readonly Field[], input: string | undefined): void {
  const files = [...fields.flatMap(({ value }) => (isFile(value) ? [value.file] : [])), input]
  if (files.filter((file) => file === '-').length < 2) return
  throw new Failure('usage', 'standard input is used twice but can only be read once', {
    hint: 'Write one of them into a file.',
  })
}

const isFile = (value: Field['value']): value is { readonly file: string } =>
  typeof value === 'object' && value !== null

async function ask(invocation: Invocation, options: ApiOptions): Promise<void> {
  const { profile } = await loadProfile(invocation)
  requireApi(profile)
  requireTokenHeader(options.headers, profile.authorizationHeader)
  const { base, path, query } = placeOf(options.target, profile)
  const fields = await Promise.all(options.fields.map((field) => filled(invocation, field)))
  const input = options.input === undefined ? undefined : await contentOf(invocation, options.input)
  const method = options.method ?? (fields.length > 0 || input !== undefined ? 'POST' : 'GET')
  const inQuery = fields.length > 0 && (input !== undefined || method === 'GET' || method === 'HEAD')
  const own = inQuery ? new URLSearchParams(fieldsToQuery(fields)).toString() : ''
  const body = input ?? (fields.length > 0 && !inQuery ? fieldsToJson(fields) : undefined)
  const send = await authorisedRequest(invocation, { ...profile, api: base })
  const { tenantHeader } = backendOf(profile.backend)
  let last: HttpAnswer | undefined
  const request: ApiRequest = {
    method,
    path,
    query: [query, own].filter((part) => part !== '').join('&'),
    accept: options.headers.accept ?? '*/*',
    headers: {
      ...options.headers,
      ...(tenantHeader !== undefined &&
        profile.place.tenant !== undefined && { [tenantHeader]: profile.place.tenant }),
    },
    ...(body !== undefined && { body }),
    maxBytes: MOST_BYTES,
    answers: WRONG_REQUEST,
    onAnswer(seen) {
      last = seen
    },
  }
  const answer = await goodAnswer(send, request, profile).finally(async () => {
    // Of a failed answer, too: its headers often say why.
    if (options.include && last !== undefined) await printHead(invocation, last)
  })
  await printBody(invocation, answer)
}

async function goodAnswer(send: Send, request: ApiRequest, profile: Profile): Promise<ApiAnswer> {
  const answer = await send(request)
  if (answer.failure) throw asWrongRequest(answer.failure, answer.tokenHint)
  if (answer.status === 404) throw notFound(answer, profile)
  return answer
}

/**
 * A path is below the API; a URL is taken unchanged. Query: as typed. Failure `other-origin`: a token goes to the API of the
 * profile only.
 */
function placeOf(target: string, { api }: Profile): { base: URL; path: string; query: string } {
  const isPath = target.startsWith('/')
  const url = URL.canParse(target, isPath ? 'http://api.invalid' : undefined)
    ? new URL(target, isPath ? 'http://api.invalid' : undefined)
    : undefined
  // "//host/path" is a path that begins with two slashes for a person, and another host for a URL parser; dot segments may lead to one.
  const isOther = url?.pathname.startsWith('//') || (isPath && url?.host !== 'api.invalid')
  if (url === undefined || isOther || url.username || url.password) {
    throw new Failure('usage', `"${safeText(target, 60)}" is not a path of the API`, {
      hint: 'Begin it with one /, such as ls-auth api /api/search',
    })
  }
  if (!isPath && url.origin !== api.origin) {
    throw new Failure(
      'other-origin',
      `${safeText(url.host, 100)} is not the API of this profile, ${api.host}`,
      {
        hint: 'Give only the path, or use the profile of that API: --profile NAME. No token was sent.',
      },
    )
  }
  return { base: isPath ? api : new URL('/', api), path: url.pathname, query: url.search.slice(1) }
}

async function filled(
  invocation: Invocation,
  { path, value }: Field,
): Promise<{ path: readonly string[]; value: JsonScalar }> {
  return { path, value: isFile(value) ? (await contentOf(invocation, value.file)).toString('utf8') : value }
}

async function contentOf({ ports }: Invocation, file: string): Promise<Buffer> {
  if (file === '-') return ports.terminal.readAllBytes(MOST_BYTES)
  const files = await ports.files()
  const content = await files.readForeign(file, MOST_BYTES).catch((cause) => {
    const why = safeText(String(cause?.code ?? ''), 40)
    throw new Failure('usage', `cannot read ${safeText(file, 100)} (${why})`, {
      hint:
        why === 'EFBIG'
          ? `It has more than ${MOST_BYTES / 2 ** 20} MiB.`
          : 'Choose a file that you can read.',
      cause,
    })
  })
  if (content !== undefined) return content
  throw new Failure('usage', `there is no file ${safeText(file, 100)}`, { hint: 'Check its path.' })
}

/** A known gateway's words for this status are reported unchanged. */
const asWrongRequest = (failure: Failure, tokenHint: string | undefined): Failure =>
  failure.code === 'api-failed'
    ? new Failure('usage', failure.message.replace(' failed (', ' rejected this request ('), {
        hint: 'Correct the request: its path, its query, its fields or its body.',
        detail: failure.detail,
      }).withMoreHint(tokenHint)
    : failure

const notFound = (answer: ApiAnswer, { api }: Profile): Failure =>
  new Failure('not-found', `${api.host} has nothing at this path (HTTP 404)`, {
    hint: 'Check the path, and that api in the profile is the base URL: ls-auth profile show',
    detail: [safeText(answer.body.toString('utf8', 0, 1000).trim(), 300)]
      .filter(Boolean)
      .map((words) => `server: ${words}`),
  })

/** Status line and headers, escaped. */
async function printHead({ ports }: Invocation, { statusLine = '', headers }: HttpAnswer): Promise<void> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${safeText(value, 2000)}\n`)
  await ports.terminal.out(`${safeText(statusLine, 200)}\n${lines.join('')}\n`)
}

/** The body as it came; on a terminal nothing that could steer it. */
async function printBody({ ports }: Invocation, answer: HttpAnswer): Promise<void> {
  const { terminal } = ports
  if (!terminal.outIsTTY) return terminal.outBytes(answer.body)
  const text = answer.body
    .toString('utf8')
    .split('\n')
    .map((line) => safeText(line, Number.POSITIVE_INFINITY))
    .join('\n')
  await terminal.out(text.endsWith('\n') ? text : `${text}\n`)
}
