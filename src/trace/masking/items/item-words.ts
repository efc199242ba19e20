import type { AttributeValue } from '../../model.ts'
import { isSensitive } from '../sensitive-keys.ts'
import { isSetting } from '../setting.ts'

/** What the member is called in which an item says its name. */
export const NAMES = 'name|key|k|header'

/** And the one in which it says its value. */
export const VALUES = 'values?|val|v|content'

/** The longest name that is asked for. */
export const LONGEST_NAME = 128

const IS_NAME = new RegExp(`^(?:${NAMES})$`, 'i')

const IS_VALUE = new RegExp(`^(?:${VALUES})$`, 'i')

/** Whether a member says the name of its item: the header of a screen is a title, of some words. */
export const isName = (key: string | undefined, name: string): boolean =>
  IS_NAME.test(key ?? '') && !(/^header$/i.test(key ?? '') && /\s/.test(name))

/** `values` are those of a list. A text of this name is another one: `"values": "all"`. */
export const isValue = (key: string | undefined, first: string): boolean =>
  key !== undefined && IS_VALUE.test(key) && (!/s$/i.test(key) || first === '[')

/** Members of a map, of which the value of an item stands under the name that the item says. */
export function underSaidNames(
  members: readonly (readonly [string, AttributeValue])[],
): readonly (readonly [key: string, under: string, AttributeValue])[] {
  const said = members.flatMap(([key, name]) => (isSensitiveName(key, name) ? [name] : []))[0]
  return members.map(([key, value]) => [
    key,
    said !== undefined && isValue(key, Array.isArray(value) ? '[' : '') && !isSetting(said, plainText(value))
      ? said
      : key,
    value,
  ])
}

const isSensitiveName = (key: string, name: AttributeValue): name is string =>
  typeof name === 'string' && isName(key, name) && name.length <= LONGEST_NAME && isSensitive(name)

/** A value as a text. A map has none: its members may be called `toString`. */
export const plainText = (value: AttributeValue): string => (typeof value === 'object' ? '' : String(value))
