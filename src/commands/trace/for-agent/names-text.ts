import type { AttributeName, AttributeValues } from '../../../trace/attribute-lists.ts'
import { isForQuery } from '../../../trace/conditions/own-field.ts'
import { listing } from '../../../trace/render/agent/listing.ts'
import { asTyped, type Words } from './words.ts'

/** What a condition of `--attr` would be about an attribute of that name, which nothing has. */
const FOR_QUERY = 'fields of the back end, for --query and not for --attr'
const SEARCH = 'ls-auth trace search -o agent with'
/** What gives the whole of a list that was cut. */
const ALL = '-o json has all of them, as data'

/** Names of services as bounded text, then `next`. */
export const servicesText = (names: readonly string[], next: string): string =>
  listing('service', names, [next])

/** Names of attributes as bounded text, then such fields, one a line, then `next`. */
export function attributesText(all: readonly AttributeName[], next: string, words: Words): string {
  const names = all.filter((one) => !isForQuery(one)).map(({ name }) => name)
  const fields = all.filter(isForQuery).map(({ name }) => name)
  if (names.length === 0 && fields.length > 0)
    return listing(
      'field',
      fields,
      [next, words(`${SEARCH} --query asks for a field.`)],
      [],
      words(' for --query'),
    )
  const notes =
    fields.length === 0 ? [] : [`note: ${words(FOR_QUERY)}:`, ...fields.map((name) => `  ${name}`)]
  return listing('attribute', names, [next], notes)
}

/** The values of one, masked, as bounded text. `next`: what else gives some of them. */
export const valuesText = ({ values, ...field }: AttributeValues, next: string, words: Words): string =>
  listing(
    'value',
    values.map(({ value }) => value),
    [words(`More: ${next}; ${SEARCH} ${isForQuery(field) ? '--query' : '--attr'}.`)],
  )

/** Services for who types commands. */
export const servicesForAgent = (names: readonly string[], file: unknown): string =>
  servicesText(names, asTyped(file)(`More: ${ALL}; ${SEARCH} --service.`))

/** The same of attributes. */
export const attributesForAgent = (names: readonly AttributeName[], file: unknown): string => {
  const words = asTyped(file)
  return attributesText(
    names,
    words(`More: ${ALL}; ls-auth attributes NAME -o agent lists the values of one.`),
    words,
  )
}

/** The same of the values of one. */
export const valuesForAgent = (found: AttributeValues, file: unknown): string =>
  valuesText(found, ALL, asTyped(file))
