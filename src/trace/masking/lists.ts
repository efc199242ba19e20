import type { AttributeValue } from '../model.ts'
import { COMMAND_RULES, FLAGS, isOfWords } from './rules.ts'
import { isSensitive, isSetting } from './sensitive-keys.ts'
import { maskBehind, type Rule } from './value.ts'

const isName = (key: string, name: AttributeValue): name is string =>
  (/^(?:name|key|k)$/i.test(key) || (/^header$/i.test(key) && !/\s/.test(plainText(name)))) && isWord(name)

const isWord = (name: AttributeValue | undefined): name is string =>
  typeof name === 'string' && name.length <= 128 && isSensitive(name)

const isValue = (key: string, value: AttributeValue): boolean =>
  /^(?:value|val|v|content)$/i.test(key) || (/^values$/i.test(key) && Array.isArray(value))

/** A value as a text. A map has none: its members may be called `toString`. */
const plainText = (value: AttributeValue | undefined): string =>
  typeof value === 'object' ? '' : String(value)

/** Members of a map, of which the value stands under the name that another one says: `{name: 'cookie', value: '…'}`. */
export function underSaidNames(
  members: readonly (readonly [string, AttributeValue])[],
): readonly (readonly [key: string, under: string, AttributeValue])[] {
  const said = members.find(([key, name]) => isName(key, name))?.[1] as string | undefined
  const isSaid = (key: string, value: AttributeValue): boolean =>
    said !== undefined && isValue(key, value) && !isSetting(said, plainText(value))
  return members.map(([key, value]) => [key, isSaid(key, value) ? (said as string) : key, value])
}

/** The name of a pair whose value is sensitive: `['cookie', '…']`. */
export function nameOfPair(item: AttributeValue): string | undefined {
  const [name, value] = Array.isArray(item) && item.length === 2 ? item : []
  return isWord(name) && !/\s/.test(name) && !isOfWords(name, plainText(value)) ? name : undefined
}

/** Whether an item is the password of a program, or the value of a flag: judged as in a text. */
export function isSecretItem(items: readonly AttributeValue[], place: number): boolean {
  const item = items[place]
  if (!['string', 'number', 'bigint'].includes(typeof item)) return false
  const list = items.slice(Math.max(0, place - 16), place + 1).map(written)
  const isIn = (before: number) => (rule: Rule) =>
    !maskBehind(`[${list.slice(-before - 1).join(',')}]`, rule).endsWith(`${list.at(-1)}]`)
  return isIn(1)(FLAGS) || COMMAND_RULES.some(isIn(16))
}

const written = (item: AttributeValue): string =>
  typeof item === 'string' ? JSON.stringify(item) : plainText(item)
