import { Failure } from '../errors.ts'
import { instant } from '../text/duration.ts'
import { asList } from './claim-shape.ts'
import { asUnknown, type Finding } from './finding.ts'
import type { Claims } from './jwt/jwt.ts'
import { type KnownToken, weigh } from './policy.ts'

const OPERATORS = ['==', '!=', '>=', '<=', '>', '<', 'contains', 'exists'] as const
type Operator = (typeof OPERATORS)[number]

/** One assertion about any claim: `email_verified == true`, `realm_access.roles contains ops`, `act exists`. */
export interface Assertion {
  readonly path: string
  readonly operator: Operator
  readonly value: string
  /** The same in words, for assertions about a time, whose number would say nothing to a person. */
  readonly meaning?: string
  /** A number that is greater holds in no case: a time that is still to come, seconds. */
  readonly latest?: number
}

/** That the sign-in is at most this old. `now`: milliseconds, the provider's clock, of which it may be ahead by the leeway. */
export const oldestSignIn = (
  { seconds, typed }: { readonly seconds: number; readonly typed: string },
  now: number,
  leewaySeconds: number,
): Assertion => ({
  path: 'auth_time',
  operator: '>=',
  value: String(Math.floor(now / 1000 - seconds)),
  meaning: `signed in at most ${typed} ago`,
  latest: now / 1000 + leewaySeconds,
})

/**
 * Reads `path operator value`. A single `=` counts as `==`. Failure `usage` when it is neither, or has no value: where a
 * script forgot to set it, `sub != ` would hold for everybody.
 */
export function parseAssertion(text: string): Assertion {
  const match =
    /^\s*([^\s=!<>]\S*?)\s*(?:(==|=|!=|>=|<=|>|<)\s*(.*?)|\s(contains)\s+(.*?)|\s(exists))\s*$/s.exec(text)
  if (match === null) {
    throw new Failure('usage', `--claim: "${text.slice(0, 80)}" is not an assertion`, {
      hint: `Write it as 'path operator value', with one of ${OPERATORS.join(' ')}: --claim 'email_verified == true'`,
    })
  }
  const operator = match[2] ?? match[4] ?? match[6]
  const value = match[3] ?? match[5] ?? ''
  if (value === '' && operator !== 'exists') {
    throw new Failure('usage', `--claim: "${text.slice(0, 80)}" has no value`, {
      hint: 'Add a value, or use exists to test for the claim alone.',
    })
  }
  return {
    path: match[1] as string,
    operator: operator === '=' ? '==' : (operator as Operator),
    value,
  }
}

/**
 * Evaluates an assertion on a token. A missing claim is `unknown` (it may be in another token), except for `exists`. Text is
 * compared exactly; `>`, `>=`, `<` and `<=` compare numbers only. `!=` is false where `==` or `contains` holds: no member of a
 * group passes `groups != ops`.
 */
export function judgeAssertion(
  token: KnownToken,
  payload: Claims | undefined,
  assertion: Assertion,
): Finding {
  const { path, operator, value, meaning, latest } = assertion
  const held = payload === undefined ? undefined : claimAt(payload, path)
  const finding = {
    assertion: 'claim',
    expected: meaning ?? `${path} ${operator}${value === '' ? '' : ` ${value}`}`,
    actual: held === undefined ? 'unknown' : meaning ? timeOf(held) : textOf(held),
    values: { operator, expected: operator === 'exists' ? null : value, actual: held ?? null },
    source: path,
  }
  if (operator === 'exists')
    return weigh({ ...finding, verdict: held === undefined ? 'fail' : 'pass' }, token)
  if (held === undefined) return weigh(asUnknown(finding, 'claim-absent'), token)
  // A time is a number (RFC 7519 §2), as for who checks a token.
  if (meaning !== undefined && typeof held !== 'number') return weigh({ ...finding, verdict: 'fail' }, token)
  if (latest !== undefined && numberOf(held) > latest)
    return weigh({ ...finding, verdict: 'fail', note: 'that time is in the future' }, token)
  return weigh({ ...finding, verdict: holds(held, assertion) ? 'pass' : 'fail' }, token)
}

/** A claim of exactly this name first (names may hold dots and slashes), else steps down from the payload. */
function claimAt(payload: Claims, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path]
  let at: unknown = payload
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    // `length` is of our list, and not of the token.
    if (Array.isArray(at) && step === 'length') return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at
}

const textOf = (held: unknown): string => JSON.stringify(held).slice(0, 200)
const timeOf = (held: unknown): string =>
  Number.isNaN(numberOf(held)) ? textOf(held) : instant(numberOf(held))

/** NaN for anything but numbers and decimal text. An object may have a `toString` that isn't a function. */
function numberOf(held: unknown): number {
  const isText = typeof held === 'string' && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(held)
  const number = isText || typeof held === 'number' ? Number(held) : Number.NaN
  return Number.isFinite(number) ? number : Number.NaN
}

const exactText = (held: unknown) => (typeof held === 'string' ? held : JSON.stringify(held))

/** The parts of a list, of words (as in `scope`), and of a list that a user pool writes as text. */
function partsOf(held: unknown, path: string): readonly string[] {
  if (Array.isArray(held)) return held.map(exactText)
  if (typeof held !== 'string') return []
  return path.startsWith('custom:') ? [...held.split(' '), ...(asList(held, path) ?? [])] : held.split(' ')
}

function holds(held: unknown, { path, operator, value }: Assertion): boolean {
  switch (operator) {
    case '==':
      return exactText(held) === value
    case '!=':
      return exactText(held) !== value && !partsOf(held, path).includes(value)
    case 'contains':
      return partsOf(held, path).includes(value)
    default: {
      // A comparison with what isn't a number is false.
      const [left, right] = [numberOf(held), numberOf(value)]
      return operator === '>'
        ? left > right
        : operator === '<'
          ? left < right
          : operator === '>='
            ? left >= right
            : left <= right
    }
  }
}
