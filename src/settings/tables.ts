import { type AccessTable, LEVELS } from '../claims/access-level.ts'
import type { Expect } from '../claims/policy.ts'
import type { Workload } from '../client.ts'
import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import type { Env } from '../ports/ports.ts'
import { proofSource, SOURCE_FORMS } from '../providers/workload-sources.ts'
import { didYouMean } from '../text/near-name.ts'
import { safeText } from '../text/safe-text.ts'
import { unknownChoice } from '../unknown-choice.ts'
import { parseDuration } from './duration.ts'
import { expandHome, requireWhole } from './files/places.ts'
import { placeIn, typeAgain } from './setting-key.ts'
import { checkIssuer } from './urls.ts'

type Table = Readonly<Record<string, unknown>>

const LISTS = ['issuer', 'audience', 'scopes', 'groups', 'roles', 'client'] as const
const DURATIONS = { min_ttl: 'minTtlSeconds', max_token_lifetime: 'maxTokenLifetimeSeconds' } as const

/** Every key of `[profiles.NAME.expect]`. */
export const EXPECT_KEYS = [...LISTS, 'min_ttl', 'max_token_lifetime', 'sub', 'strict'] as const

const SIDES = ['scopes', 'groups'] as const

/** Every value of `[profiles.NAME.access]`. */
export const ACCESS_KEYS = LEVELS.flatMap((level) => SIDES.map((side) => `${level}.${side}`))

/**
 * `[profiles.NAME.expect]`: the policy that login enforces and that check reports. An unknown key is an error: a typo
 * must not turn a check off. `fileOf`: where a key of it stands, for the message; undefined: it is typed. Failures: `settings`,
 * `usage` (a duration).
 */
export function readExpect(
  table: Table | undefined,
  fileOf: (key: string) => string | undefined,
): Expect | undefined {
  if (table === undefined) return undefined
  const expect: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(table)) {
    const where = `expect.${key}`
    const file = fileOf(key)
    if ((LISTS as readonly string[]).includes(key)) expect[key] = words(value, where, file)
    else if (Object.hasOwn(DURATIONS, key))
      expect[DURATIONS[key as keyof typeof DURATIONS]] = seconds(value, where, file)
    else if (key === 'sub' && typeof value === 'string' && value !== '') expect.sub = value
    else if (key === 'strict' && typeof value === 'boolean') expect.strict = value
    else if (key === 'sub' || key === 'strict')
      throw wrong(where, file, key === 'sub' ? 'a text' : 'true or false')
    else throw unknown(where, file, EXPECT_KEYS)
  }
  requireMeetable(expect as Expect, fileOf)
  return expect as Expect
}

/** Failure `settings`: no token can live as long as it has to. */
function requireMeetable(expect: Expect, fileOf: (key: string) => string | undefined): void {
  const { minTtlSeconds: least = 0, maxTokenLifetimeSeconds: most } = expect
  if (most === undefined || (most > 0 && least <= most)) return
  if (most <= 0) throw wrong('expect.max_token_lifetime', fileOf('max_token_lifetime'), 'more than 0')
  const files = ['min_ttl', 'max_token_lifetime'].map(fileOf).filter((file) => file !== undefined)
  throw new Failure(
    'settings',
    'expect.min_ttl is longer than expect.max_token_lifetime: no token meets both',
    {
      hint: 'Change one of them. No sign-in can meet both.',
      detail: [`in ${[...new Set(files)].map((file) => safeText(file, 300)).join(' and ')}`],
    },
  )
}

/**
 * `[profiles.NAME.access]`: the scopes and groups for read, write and admin. `file`: where it stands, for the message;
 * undefined: it is typed. Failure `settings`.
 */
export function readAccess(table: Table | undefined, file: string | undefined): AccessTable | undefined {
  if (table === undefined) return undefined
  const access: Record<string, Record<string, string[]>> = {}
  for (const [level, value] of Object.entries(table)) {
    if (!LEVELS.some((one) => one === level)) throw unknown(`access.${level}`, file, LEVELS)
    if (!isObject(value)) throw wrong(`access.${level}`, file, 'a table: { scopes = [...], groups = [...] }')
    const row: Record<string, string[]> = { scopes: [], groups: [] }
    for (const [side, names] of Object.entries(value)) {
      const where = `access.${level}.${side}`
      if (!Object.hasOwn(row, side)) throw unknown(where, file, Object.keys(row))
      row[side] = words(names, where, file)
    }
    access[level] = row
  }
  return access as AccessTable
}

/** Typed words as the value of `expect.NAME`, `access.LEVEL.SIDE` or `workload.NAME`: a list where one is wanted. */
export function policyValue(path: readonly string[], words: readonly string[]): unknown {
  const name = path.at(-1) as string
  const [first] = words
  if (path[0] === 'workload' || path[0] === 'identity') return words.join(' ')
  if (path[0] === 'access' || (LISTS as readonly string[]).includes(name) || words.length > 1) return words
  return name === 'strict' && (first === 'true' || first === 'false') ? first === 'true' : first
}

function words(value: unknown, where: string, file: string | undefined): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item !== ''))
    return list as string[]
  throw wrong(where, file, 'a non-empty list of strings')
}

function seconds(value: unknown, where: string, file: string | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  if (typeof value !== 'string') throw wrong(where, file, 'a duration, such as "1h"')
  return parseDuration(value, placeIn(file, where))
}

const wrong = (where: string, file: string | undefined, wanted: string): Failure =>
  new Failure('settings', `${placeIn(file, where)} must be ${wanted}`, {
    hint:
      file === undefined
        ? typeAgain(safeText(where, 80))
        : 'Correct it there. ls-auth does not skip an invalid policy.',
  })

const unknown = (where: string, file: string | undefined, known: readonly string[]): Failure =>
  new Failure('settings', `${placeIn(file, safeText(where, 80))} is not known`, {
    hint: `${didYouMean(where.slice(where.lastIndexOf('.') + 1), known)}Known there: ${known.join(', ')}.`,
  })

/** Every key of `[profiles.NAME.identity]`. */
export const IDENTITY_KEYS = ['issuer', 'client_id'] as const

type Identity = { readonly [key in (typeof IDENTITY_KEYS)[number]]?: string }
/**
 * `[profiles.NAME.identity]`: the company's provider, where the person signs in, and the client there. Failure `settings`; its reason
 * is `incomplete-workload` where a key is missing.
 */
export function readIdentity(
  table: Table | undefined,
  file: string,
  profile: string,
): { readonly issuer: string; readonly clientId: string } | undefined {
  if (table === undefined) return undefined
  const { issuer, client_id: clientId } = givenIdentity(table, file)
  if (issuer !== undefined && clientId !== undefined) return { issuer, clientId }
  const [key, value] = issuer === undefined ? ['identity.issuer', 'URL'] : ['identity.client_id', 'ID']
  throw new Failure('settings', `${file}: ${key} is not set`, {
    hint: `Set it: ls-auth profile set ${key} ${value} --profile ${safeText(profile, 60)}`,
    reason: 'incomplete-workload',
  })
}

/** Each value by itself. `file` undefined: they are typed. Failure `settings`. */
export function givenIdentity(table: Table, file: string | undefined): Identity {
  for (const [key, value] of Object.entries(table)) {
    const where = placeIn(file, `identity.${safeText(key, 60)}`)
    if (!(IDENTITY_KEYS as readonly string[]).includes(key))
      throw new Failure('settings', `${where} is not known`, {
        hint: `${didYouMean(key, IDENTITY_KEYS)}Known there: ${IDENTITY_KEYS.join(', ')}.`,
      })
    if (typeof value !== 'string' || value === '')
      throw new Failure('settings', `${where} must be a string`, {
        hint: file === undefined ? typeAgain(`identity.${key}`) : 'Correct it there, or remove it.',
      })
  }
  const { issuer, ...rest } = table as Identity
  return { ...rest, ...(issuer !== undefined && { issuer: checkIssuer(issuer) }) }
}

const GRANTS = ['as-is', 'token-exchange', 'jwt-bearer', 'client-credentials'] as const
const CLIENT_AUTHS = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'source_token',
] as const

/** Every key of `[profiles.NAME.workload]`. */
export const WORKLOAD_KEYS = [
  'source',
  'grant',
  'audience',
  'client_auth',
  'assertion_key',
  'assertion_key_id',
] as const

/** What a table sets. */
type Given = Partial<Workload>

/**
 * `[profiles.NAME.workload]`: how a program without a person gets its tokens. An unknown key is an error: a typo must not
 * change what is sent to whom. `file` and `profile`: for the message. Failure `settings`; its reason is
 * `incomplete-workload` where settings that are missing could make the table whole.
 */
export function readWorkload(
  table: Table | undefined,
  file: string,
  profile: string,
  env: Env,
): Workload | undefined {
  if (table === undefined) return undefined
  const given = readGiven(table, file, env)
  const wrong = whatIsWrong(given)
  if ('source' in wrong) return wrong
  const [what, hint] = wrong
  const [key, value] = nextSetting(given)?.split(' ') ?? []
  if (key === undefined) throw new Failure('settings', `${file}: ${what}`, { hint })
  throw new Failure('settings', `${file}: ${what}`, {
    hint: `${hint} For instance: ls-auth profile set ${key} ${value} --profile ${safeText(profile, 60)}`,
    reason: 'incomplete-workload',
  })
}

/** Each value by itself, whether they go together or not. `file` undefined: they are typed. Failure `settings`. */
export function readGiven(table: Table, file: string | undefined, env: Env): Given {
  for (const key of Object.keys(table)) {
    if (!(WORKLOAD_KEYS as readonly string[]).includes(key)) {
      throw new Failure('settings', `${placeIn(file, `workload.${safeText(key, 60)}`)} is not known`, {
        hint: `${didYouMean(key, WORKLOAD_KEYS)}Known there: ${WORKLOAD_KEYS.join(', ')}.`,
      })
    }
  }
  const text = (key: (typeof WORKLOAD_KEYS)[number]) => textIn(table, key, file)
  const [source, grant, clientAuth, key] = [
    text('source'),
    text('grant'),
    text('client_auth'),
    text('assertion_key'),
  ]
  return {
    ...(source !== undefined && { source: readSource(source, file, env) }),
    ...(grant !== undefined && { grant: oneOf(grant, GRANTS, 'grant', file) }),
    ...(clientAuth !== undefined && { clientAuth: oneOf(clientAuth, CLIENT_AUTHS, 'client_auth', file) }),
    audience: text('audience'),
    assertionKey:
      key === undefined ? undefined : wholePath(key, placeIn(file, 'workload.assertion_key'), env),
    assertionKeyId: text('assertion_key_id'),
  }
}

type Wrong = readonly [what: string, hint: string]

/** The workload that is meant, or what is wrong and the next step. */
function whatIsWrong(given: Given): Workload | Wrong {
  const { source, clientAuth = 'none' } = given
  if (source === undefined)
    return ['workload.source is not set', `Set where the proof comes from: ${SOURCE_FORMS.join(', ')}.`]
  const usual = source.kind === 'none' || clientAuth === 'source_token' ? 'client-credentials' : 'as-is'
  const { audience, assertionKey, assertionKeyId } = given
  const workload: Workload = {
    source,
    grant: given.grant ?? usual,
    audience,
    clientAuth,
    assertionKey,
    assertionKeyId,
  }
  return contradictionIn(workload) ?? workload
}

/** Typed values to try for a missing one; the usual ones first. */
const TRIALS: readonly (readonly [typed: string, given: Given])[] = [
  ...['none', 'env:NAME'].map(
    (form) => [`workload.source ${form}`, { source: proofSource(form) as Workload['source'] }] as const,
  ),
  ...(['client_secret_basic', 'private_key_jwt', 'source_token', 'none'] as const).map(
    (clientAuth) => [`workload.client_auth ${clientAuth}`, { clientAuth }] as const,
  ),
  ...(['token-exchange', 'client-credentials', 'as-is'] as const).map(
    (grant) => [`workload.grant ${grant}`, { grant }] as const,
  ),
  ['workload.assertion_key ~/key.pem', { assertionKey: '~/key.pem' }],
]

/**
 * What to set first, so that with as few settings as possible the table is whole. Undefined: settings contradict each other,
 * whatever is added.
 */
function nextSetting(given: Given): string | undefined {
  let reached: readonly { readonly first: string | undefined; readonly given: Given }[] = [
    { first: undefined, given },
  ]
  while (reached.length > 0) {
    const further = reached.flatMap((one) =>
      TRIALS.filter(([, more]) =>
        Object.keys(more).every((key) => one.given[key as keyof Given] === undefined),
      ).map(([typed, more]) => ({ first: one.first ?? typed, given: { ...one.given, ...more } })),
    )
    const whole = further.find((one) => 'source' in whatIsWrong(one.given))
    if (whole !== undefined) return whole.first
    reached = further
  }
  return undefined
}

/** Values that do not go together: the fault, and the next step. */
function contradictionIn(workload: Workload): Wrong | undefined {
  const { source, grant, clientAuth, assertionKey, assertionKeyId } = workload
  if (source.kind === 'none' && (grant !== 'client-credentials' || clientAuth === 'source_token'))
    return [
      `workload.source = "none" leaves no proof (${grant === 'client-credentials' ? 'client_auth = "source_token"' : `grant = "${grant}"`})`,
      `Set workload.source: ${SOURCE_FORMS.filter((form) => form !== 'none').join(', ')}.`,
    ]
  if (grant === 'as-is' && clientAuth !== 'none')
    return ['workload.client_auth is not used with grant = "as-is"', 'Leave it out, or set another grant.']
  if (grant === 'client-credentials' && clientAuth === 'none')
    return [
      'grant = "client-credentials" needs workload.client_auth',
      `Set it: ${CLIENT_AUTHS.filter((one) => one !== 'none').join(', ')}.`,
    ]
  if (grant === 'client-credentials' && clientAuth !== 'source_token' && source.kind !== 'none')
    return [
      `workload.source = "${source.name}" is not used with client_auth = "${clientAuth}"`,
      'Set source = "none", or client_auth = "source_token".',
    ]
  if (clientAuth === 'private_key_jwt' && assertionKey === undefined)
    return [
      'client_auth = "private_key_jwt" needs workload.assertion_key',
      'Name a file with the private key (PEM or JWK, mode 0600).',
    ]
  if (clientAuth !== 'private_key_jwt' && (assertionKey ?? assertionKeyId) !== undefined)
    return [
      'workload.assertion_key is only used with client_auth = "private_key_jwt"',
      'Set that, or leave the key out.',
    ]
  return undefined
}

function readSource(text: string, file: string | undefined, env: Env): Workload['source'] {
  const source = proofSource(text)
  if (source?.kind === 'file')
    return { ...source, path: wholePath(source.path, placeIn(file, 'workload.source = "file:…"'), env) }
  return source ?? oneOf(text, SOURCE_FORMS as readonly never[], 'source', file)
}

function wholePath(path: string, where: string, env: Env): string {
  requireWhole(path, where, env)
  return expandHome(path, env)
}

function textIn(table: Table, key: string, file: string | undefined): string | undefined {
  const value = table[key]
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new Failure('settings', `${placeIn(file, `workload.${key}`)} must be a string`, {
    hint: file === undefined ? typeAgain(`workload.${key}`) : 'Correct it there, or remove it.',
  })
}

function oneOf<T extends string>(
  value: string,
  known: readonly T[],
  key: string,
  file: string | undefined,
): T {
  const found = known.find((one) => one === value)
  if (found !== undefined) return found
  throw unknownChoice('settings', placeIn(file, `workload.${key}`), value, known)
}
