import type { ClaimRule, ClaimSource } from '../claim-grammar.ts'
import { isObject } from '../json-object.ts'
import type { Claims } from './jwt/jwt.ts'
import type { TokenKind } from './kind.ts'

/** A value found in a token, and the name of its claim. */
export interface Found {
  readonly raw: unknown
  readonly name: string
}

interface Step extends Found {
  /** The member that a `*` step matched. */
  readonly through?: string
}

/**
 * The values at a source. Several results: a `*`, an ending that matches several claims, or a merge; none: the claim is
 * missing, or the rule's conditions do not hold.
 */
export function claimsAt(payload: Claims, source: ClaimSource, kind: TokenKind): Found[] {
  if (typeof source === 'string') return walk(payload, [source])
  if ('merge' in source) return source.merge.flatMap((part) => claimsAt(payload, part, kind))
  if (source.only !== undefined && source.only !== kind) return []
  const steps = 'ending' in source ? ending(payload, source.ending) : walk(payload, source.path)
  return steps.map((step) => apply(source, step)).filter((found) => found !== undefined)
}

function ending(payload: Claims, tail: string): Step[] {
  const names = Object.keys(payload).filter((name) => name.toLowerCase().endsWith(tail))
  return names.map((name) => ({ raw: payload[name], name }))
}

function walk(payload: Claims, path: readonly string[]): Step[] {
  let steps: Step[] = [{ raw: payload, name: '' }]
  for (const key of path) steps = steps.flatMap((step) => descend(step, key))
  return steps
}

function descend(step: Step, key: string): Step[] {
  const object = asObject(step.raw)
  if (!object) return []
  const prefix = step.name === '' ? '' : `${step.name}.`
  if (key === '*') {
    return Object.keys(object).map((member) => ({ raw: object[member], name: `${prefix}*`, through: member }))
  }
  if (!Object.hasOwn(object, key)) return []
  return [{ ...step, raw: object[key], name: prefix + key }]
}

function apply(rule: ClaimRule, step: Step): Found | undefined {
  const raw = rule.take === undefined ? step.raw : take(rule.take, step.raw)
  if (raw === undefined) return undefined
  if (rule.containing !== undefined && !(typeof raw === 'string' && raw.includes(rule.containing)))
    return undefined
  if (rule.notStarting !== undefined && typeof raw === 'string' && raw.startsWith(rule.notStarting))
    return undefined
  if (rule.prefix === undefined) return { raw, name: step.name }
  // A function as replacement: a string would expand `$&` in a member's name.
  const prefix = rule.prefix.replace('*', () => step.through ?? '*')
  const all = [raw].flat()
  const values = all.filter((value) => typeof value === 'string')
  // Of another shape, and not an empty list: the parser has to see that.
  if (Array.isArray(raw) && values.length === 0 && all.length > 0) return { raw, name: step.name }
  return { raw: values.map((value) => prefix + value), name: step.name }
}

function take(what: NonNullable<ClaimRule['take']>, raw: unknown): unknown {
  if (what === 'single') return Array.isArray(raw) ? (raw.length === 1 ? raw[0] : undefined) : raw
  if (what === 'entries') {
    const scalars = Object.entries(asObject(raw) ?? {}).filter(([, value]) => typeof value === 'string')
    return scalars.length ? scalars.map(([name, value]) => `${name}=${value}`) : undefined
  }
  if (typeof raw !== 'string') return undefined
  if (what === 'last-segment') return raw.split('/').findLast((segment) => segment !== '')
  return URL.canParse(raw) ? new URL(raw).host : undefined
}

function asObject(raw: unknown): Claims | undefined {
  return isObject(raw) ? raw : undefined
}
