import { isObject, jsonObject } from '../json-object.ts'

/** What came back for one request. */
export type Seen = Answer | { readonly failure: string }

interface Answer {
  readonly status: number
  /** A web page, such as that of a sign-in. */
  readonly isPage: boolean
  /** Media type without parameters. */
  readonly type: string
  readonly body: Buffer
  /** Where it leads, if it is a redirect and says so. */
  readonly redirect?: Redirect | undefined
}

/** What an answer says about the gateway. */
export interface Judgement {
  readonly verdict: 'refused' | 'let-through' | 'unknown' | 'not-tried'
  /** Undefined: there was no answer. */
  readonly status: number | undefined
  /** The status, and why it isn't a plain one: for people. */
  readonly found: string
}

/** Whether a request was answered with data: no page, no error. */
export const isAnswered = (seen: Seen): boolean =>
  'status' in seen && seen.status >= 200 && seen.status < 300 && !seen.isPage

/**
 * Judges the answer to a read with a token that must not be accepted. The plain read of the same route was answered, so the
 * token alone makes the difference. 400 is RFC 6750 §3.1 `invalid_request`. A 404, a limit or an error of the server does not
 * say whether the token was believed: it may come from behind the gateway.
 */
export function judgeRead(seen: Seen): Judgement {
  if ('failure' in seen) return noAnswer(seen.failure)
  const { status } = seen
  if (isAnswered(seen)) return judged('let-through', status)
  if (status === 400 || status === 401 || status === 403) return judged('refused', status)
  return otherwise(seen)
}

/**
 * The same for a read with another spelling of the path. Where the route is not found, the attack cannot be tried. Some servers
 * answer that with 200, so only an answer like the data of the plain read was let through.
 */
export function judgeSpelling(
  seen: Seen,
  { plain, missing }: { readonly plain: Seen; readonly missing: readonly Seen[] },
): Judgement {
  const isData = (answer: Answer) =>
    isOfType(answer, plain) && answer.body.length > 0 && !missing.some((one) => isSame(answer, one))
  return judgeForm(seen, isData, 'not the data of the plain read')
}

/** The same for HEAD, whose answer has no body: only its headers tell whether it is that of the plain read. */
export const judgeHead = (seen: Seen, { plain }: { readonly plain: Seen }): Judgement =>
  judgeForm(
    seen,
    (answer) => answer.status !== 204 && isOfType(answer, plain),
    'not the headers of the plain read',
  )

/** `isData`: whether an answer that is none of an error is that of the plain read, else `why` not. */
function judgeForm(seen: Seen, isData: (answer: Answer) => boolean, why: string): Judgement {
  // The plain read was answered, so whatever is in front does not take this form.
  if ('failure' in seen) return { ...noAnswer(seen.failure), verdict: 'not-tried' }
  if (NO_SUCH_FORM.includes(seen.status)) return judged('not-tried', seen.status, 'route not found')
  if (isAnswered(seen) && !isData(seen)) return judged('not-tried', seen.status, why)
  return judgeRead(seen)
}

const isOfType = ({ type }: Answer, plain: Seen): boolean =>
  type !== '' && 'type' in plain && type === plain.type

const NO_ROUTE: readonly number[] = [404, 405, 501]
const NO_SUCH_FORM: readonly number[] = [...NO_ROUTE, 410, 421]

/**
 * Judges the answer to a write that the back end itself must refuse for its content. Its refusal (400, 409, 415, 422, 428)
 * shows that the gateway has let it through. A gateway without that route (404, 405, 501) refuses it.
 */
export function judgeWrite(seen: Seen): Judgement {
  if ('failure' in seen) return noAnswer(seen.failure)
  const { status } = seen
  if (isAnswered(seen)) return judged('let-through', status)
  if (OF_THE_BACK_END.includes(status)) return judged('let-through', status, 'the back end judged it')
  if (status === 401 || status === 403) return judged('refused', status)
  if (NO_ROUTE.includes(status)) return judged('refused', status, 'route not found')
  return otherwise(seen)
}

const OF_THE_BACK_END: readonly number[] = [400, 409, 415, 422, 428]

/**
 * Judges the answer to a read whose header names another method. A denial evades no rule, nor does the answer of the plain read
 * (the header was taken out), or of the real method. Any other one shows that the header was respected behind the gateway's
 * judgement.
 */
export function judgeOverride(
  seen: Seen,
  { plain, real }: { readonly plain: Seen; readonly real: Seen | undefined },
): Judgement {
  if ('failure' in seen) return noAnswer(seen.failure)
  const { status } = seen
  // The values of a list change from one moment to the next, and an answer may name the address that was asked.
  const isPlain = isAlike(seen, plain) && shapeIn(seen) === shapeIn(plain)
  if (isPlain) return judged('refused', status, 'treated as the plain read')
  if (status === 400 || status === 401 || status === 403) return judged('refused', status)
  if (real !== undefined && isSame(seen, real)) return judged('refused', status, 'like the method itself')
  if (isAnswered(seen) || OF_A_METHOD.includes(status))
    return judged('let-through', status, 'not the plain read')
  return otherwise(seen)
}

const OF_A_METHOD: readonly number[] = [404, 405, 409, 411, 415, 422, 428, 501]

/** Names and kinds of the members of a JSON document; of any other text the bytes. */
function shapeIn({ body }: Answer): string {
  const document = jsonObject(body)
  return document === undefined ? body.toString('latin1') : shapeOf(document)
}

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]'
  if (!isObject(value)) return typeof value
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${shapeOf(value[name])}`).join()}}`
}

/** The same kind of answer. */
const isAlike = (a: Answer, b: Seen): b is Answer =>
  'status' in b &&
  a.status === b.status &&
  a.isPage === b.isPage &&
  a.type === b.type &&
  (a.body.length === 0) === (b.body.length === 0)

const isSame = (a: Answer, b: Seen): boolean => isAlike(a, b) && a.body.equals(b.body)

/** Neither data nor a clear denial. */
function otherwise({ status, isPage, redirect }: Answer): Judgement {
  if (isRedirect(status)) {
    const [verdict, why] = LEADS[redirect ?? 'nowhere']
    return judged(verdict, status, why)
  }
  if (isPage && status < 300) return judged('refused', status, 'a web page')
  const why =
    status === 404
      ? 'perhaps from behind the gateway'
      : status === 429
        ? 'requests are limited'
        : status >= 500
          ? 'the server failed'
          : 'this is not a denial'
  return judged('unknown', status, why)
}

const OTHER_ORIGIN = 'a redirect to another scheme or port'
/** What a redirect says. Where it leads to the same path, what was asked for may be given to anybody there. */
const LEADS: Readonly<Record<Redirect | 'nowhere', readonly [Judgement['verdict'], why: string]>> = {
  elsewhere: ['refused', 'a redirect'],
  circle: ['refused', 'redirects in a circle'],
  same: ['unknown', 'a redirect to the same path'],
  'other-origin': ['unknown', OTHER_ORIGIN],
  nowhere: ['unknown', 'a redirect to nowhere'],
}

/** Whether it stayed unknown because another origin of the same host has the answer. */
export const isSentOn = ({ verdict, found }: Pick<Judgement, 'verdict' | 'found'>): boolean =>
  verdict === 'unknown' && found.endsWith(OTHER_ORIGIN)

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

const noAnswer = (failure: string): Judgement => ({ verdict: 'unknown', status: undefined, found: failure })

/** An answer with this verdict; `why`: the oddity about it. */
export const judged = (verdict: Judgement['verdict'], status: number, why?: string): Judgement => ({
  verdict,
  status,
  found: why === undefined ? `HTTP ${status}` : `HTTP ${status}: ${why}`,
})

const BADNESS = { 'not-tried': 0, refused: 1, unknown: 2, 'let-through': 3 } as const

/** The worst of several. */
export const worst = (judgements: readonly Judgement[]): Judgement | undefined =>
  [...judgements].sort((a, b) => BADNESS[b.verdict] - BADNESS[a.verdict])[0]

/**
 * Where a redirect leads: to the same path at this origin or at another one of the host, back again, or elsewhere. Undefined:
 * the answer names no place.
 */
export type Redirect = 'same' | 'other-origin' | 'circle' | 'elsewhere'

/**
 * Judged by the host and the whole path. That stays when a server adds a slash, merges two, decodes a letter or asks for https;
 * a sign-in page has another path, which may end with the requested one. `before`: the first request, where a redirect led to
 * `asked`.
 */
export function redirectOf(asked: URL, location: string | undefined, before?: URL): Redirect | undefined {
  if (location === undefined || !URL.canParse(location, asked.href)) return undefined
  const to = new URL(location, asked)
  if (to.hostname !== asked.hostname || plainPath(to) !== plainPath(asked)) return 'elsewhere'
  if (to.origin !== asked.origin) return 'other-origin'
  const isBack = before !== undefined && [asked, before].some((one) => isSamePath(one, to))
  return isBack ? 'circle' : 'same'
}

/** The URL that the redirect leads to, where it is the same thing at the same origin. */
export function sameAt(asked: URL, location: string | undefined): URL | undefined {
  if (location === undefined || redirectOf(asked, location) !== 'same') return undefined
  return new URL(location, asked)
}

/** But for the fragment, which no server gets. */
const isSamePath = (a: URL, b: URL): boolean => a.pathname === b.pathname && a.search === b.search

/** Without what the attacks spell in another way: slashes, encoded letters and capitals. */
function plainPath({ pathname }: URL): string {
  const path = pathname.split('/').filter(Boolean).join('/')
  try {
    return decodeURIComponent(path).toLowerCase()
  } catch {
    return path.toLowerCase()
  }
}
