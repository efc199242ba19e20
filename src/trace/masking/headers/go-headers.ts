import { isSetting } from '../setting.ts'
import { isSensitiveMember, shownOfMember } from '../written/members.ts'
import { type Named, replaceWritten } from '../written/value.ts'

// Go writes headers as a map of lists: `map[Authorization:[Bearer …] Accept:[*/*]]`.

const HEADER = /(?<=map\[|\] )([a-z][\w.-]{0,127}):(?=\[)/gi

const HEADERS: Named = {
  beginning: HEADER,
  // Each value is a list.
  bare: /$^/y,
  isMeant: isSensitiveMember,
  shown: (value, name = '') => (isSetting(name, value.slice(1, -1)) ? value : shownOfMember(value, name)),
}

/** The values of sensitive headers that Go wrote. */
export function maskGoHeaders(text: string): string {
  return text.includes('map[') ? replaceWritten(text, HEADERS) : text
}
