import { parseAssertion } from '../../../src/claims/assertion.ts'
import { Failure } from '../../../src/errors.ts'
import { readFlags } from '../../../src/frame/verb.ts'
import { parseDuration } from '../../../src/settings/duration.ts'
import { checkBaseUrl, checkIssuer } from '../../../src/settings/urls.ts'
import { parseCondition, splitScope } from '../../../src/trace/attributes.ts'
import { parseSpanOrTraceId } from '../../../src/trace/id.ts'
import { timeFlags, timeRange } from '../../../src/verbs/search-flags.ts'
import { parseMoment } from '../../../src/verbs/trace-get.ts'
import type { Random } from '../../world/trace/random.ts'
import { type Kind, pick } from './kind.ts'

const NOW = 1_790_000_000_000
const readTimes = (typed: Readonly<Record<string, unknown>>) =>
  timeRange(readFlags(timeFlags, typed, [], NOW), typed, NOW)

import { mutate } from './mutations.ts'
import { STEERING } from './promises.ts'

const GOOD = [
  ...['90s', '5m', '1h30m', '90d', '2w', '60', '0', '1ms', '250us', '1.5s', '99999999999999999999w'],
  ...[
    '2026-11-25T10:00:00Z',
    '2026-11-25',
    '10:00',
    'now',
    '-15m',
    '1790000000',
    '+275760-09-13T00:00:00.001Z',
  ],
  ...[
    '4bf92f3577b34da6a3ce929d0e0e4736',
    '00f067aa0ba902b7',
    '18446744073709551615',
    'S/kvNXezTaajzpKdDg5HNg==',
  ],
  '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ...[
    'https://app.lightstep.com/acme/trace?span_guid=1f&at_micros=1',
    'http://127.0.0.1:16686/trace/4bf92f3577b34da6',
  ],
  ...[
    'http.status_code=500',
    'span.http.route=/a b',
    'resource.service.name!=x',
    'a>=5',
    'a=~^x.*$',
    'name="a=b"',
  ],
  ...[
    'email == "ada@acme.example"',
    'groups contains ops',
    'acr in ["a","b"]',
    'sub matches a*',
    'a.b.c exists',
    'n > 5',
  ],
  ...[
    'work',
    'openid traces:read',
    'api://traces',
    'https://id.example',
    'http://127.0.0.1:1',
    'okta',
    'tempo',
    '8765',
    'any',
    '-',
  ],
  ...[
    '/tmp/x',
    'json',
    'csv',
    'waterfall',
    'lightstep',
    'spans count',
    '{ status = error }',
    'keychain',
    'file',
    'login',
  ],
].map((text) => Buffer.from(text))

const EVIL = [
  ...[
    '',
    ' ',
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ud800',
    '\r\n',
    '__proto__',
    'constructor',
    '../../x',
    '$(x)',
    '`x`',
    "';--",
    '%s%n',
  ],
  ...[
    'NaN',
    'Infinity',
    '-1',
    '1e309',
    '9'.repeat(400),
    '0x10',
    'x'.repeat(10_000),
    '(a+)+$',
    '決済'.repeat(50),
    'eyJhbGciOiJub25lIn0.e30.',
  ],
]

/** A value that somebody might type, or would if they meant harm. */
export function someValue(random: Random): string {
  const way = random.between(0, 3)
  if (way === 0) return pick(EVIL, random)
  const good = pick(GOOD, random)
  return (way === 1 ? mutate(good, pick(GOOD, random), random) : good).toString()
}

const DOORS: Readonly<Record<string, (text: string) => unknown>> = {
  duration: (text) => parseDuration(text, '--x'),
  moment: (text) => parseMoment(text, '--x'),
  since: (text) => readTimes({ since: text }),
  from: (text) => readTimes({ from: text, to: text }),
  id: parseSpanOrTraceId,
  condition: parseCondition,
  scope: splitScope,
  assertion: parseAssertion,
  issuer: checkIssuer,
  api: (text) => checkBaseUrl(text, 'bearer'),
}

/** Values of the command line at the functions that read them: what they do not take is a Failure for the person. */
export const commandLineValues: Kind = {
  name: 'values',
  share: 30,
  open: async () => async (random) => {
    const [about, read] = pick(Object.entries(DOORS), random)
    const good = pick(GOOD, random)
    const text =
      random.between(0, 2) > 0 ? mutate(good, pick(GOOD, random), random).toString() : someValue(random)
    const trial = { input: Buffer.from(text), about }
    try {
      const value = read(text)
      const absurd = typeof value === 'number' && !Number.isFinite(value)
      return { ...trial, exit: 0, broken: absurd ? [`reads as ${value}`] : [], exception: undefined }
    } catch (error) {
      if (!(error instanceof Failure) || error.exit === 1)
        return { ...trial, exit: 1, broken: [], exception: String((error as Error).stack ?? error) }
      const said = [error.message, error.hint, ...error.detail].join('\n')
      // The printer escapes what is left; a message that is too long is nobody's friend all the same.
      const broken = said.length > 2_000 ? [`a message of ${said.length} characters`] : []
      if (error.detail.some((line) => STEERING.test(line))) broken.push('a detail that steers the terminal')
      return { ...trial, exit: error.exit, broken, exception: undefined }
    }
  },
}
