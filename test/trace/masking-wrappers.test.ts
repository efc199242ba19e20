import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskText } from '../../src/trace/masking.ts'

const SECRET = fc.integer({ min: 1000, max: 99_999 }).map((n) => `hunter2${n}`)

/** What stands around the secret in its value: signs that end other values. */
const NOISE = fc.string({ unit: fc.constantFrom(...'a9 ,;:]}){([&=-'), maxLength: 6 })

const PLAIN = fc.tuple(NOISE, SECRET, NOISE).map(([before, secret, after]) => `a${before}${secret}${after}a`)

const escaped = (text: string, quote: string) => text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
const doubled = (text: string, quote: string) => text.replaceAll(quote, quote + quote)

/** The same text, in quotes. */
const QUOTED = fc.oneof(
  // With quotes and backslashes in it.
  fc
    .tuple(PLAIN, fc.constantFrom("'", '"', '\\', "it's", ''), SECRET, fc.constantFrom("'", '"'))
    .map(([text, sign, more, quote]) => quote + escaped(`${text}${sign} ${more}`, quote) + quote),
  fc
    .tuple(PLAIN, SECRET, fc.constantFrom("'", '"'))
    .map(([text, more, quote]) => quote + doubled(`${text}${quote} ${more}`, quote) + quote),
  fc.tuple(PLAIN, fc.constantFrom("''", '""')).map(([text, quotes]) => quotes + text + quotes),
  fc.tuple(PLAIN, fc.constantFrom("b'", "u'")).map(([text, prefix]) => `${prefix}${text}'`),
)

const { value: VALUE } = fc.letrec<{ value: string; list: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, QUOTED, tie('list')),
  list: fc.oneof(
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((items) => `(${items.join(',')})`),
    fc.tuple(QUOTED, tie('value')).map(([key, value]) => `{${key}: ${value}}`),
    tie('value').map((value) => `{it's=x, a=${value}}`),
  ),
}))

const BEGINNING = fc.constantFrom(
  ...['password=', 'db_password: ', '"api_key" : ', "'secret': ", 'the token=', '"password"=>', 'pwd = '],
  ...['error password: token=', '--token ', '--db-password='],
)

/** A name within the value of another is masked with it. */
const kept = (beginning: string) => beginning.replace('password: token=', 'password: ')

/** The text as it stands in JSON, and in JSON within that. */
function inJson(text: string, levels: number): string {
  return levels === 0 ? text : inJson(JSON.stringify({ n: 1, msg: text, other: ['visible'] }), levels - 1)
}

test('a secret that stands in quotes, a list or a map is masked whole, and what follows it is shown', () => {
  fc.assert(
    fc.property(BEGINNING, VALUE, fc.nat({ max: 2 }), (beginning, value, levels) => {
      const shown = maskText(inJson(`${beginning}${value} behind`, levels))
      expect(shown).toBe(inJson(`${kept(beginning)}[masked] behind`, levels))
    }),
    { numRuns: 500 },
  )
})

test('a value that was not ended ends with the text of JSON that it stands in', () => {
  const opening = fc.constantFrom('[', '{', '(', "'", "['", '{a: [', "b'", "''")
  fc.assert(
    fc.property(
      BEGINNING,
      opening,
      PLAIN,
      fc.integer({ min: 1, max: 2 }),
      (beginning, open, text, levels) => {
        // A closing bracket would end it.
        const cut = open + text.replaceAll(/[\])}]/g, '')
        expect(maskText(inJson(`${beginning}${cut}`, levels))).toBe(
          inJson(`${kept(beginning)}[masked]`, levels),
        )
        expect(maskText(`at ${beginning}${cut}`)).toBe(`at ${kept(beginning)}[masked]`)
      },
    ),
  )
})
