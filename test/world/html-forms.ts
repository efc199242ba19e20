/** A button that sends a form: a `<button>`, or an `<input>` of that type. */
export interface Button {
  readonly name: string
  readonly value: string
  readonly text: string
}

/** A form of a page: where it goes, what it already holds, and its buttons, wherever on the page they stand. */
export interface Form {
  readonly action: string
  readonly fields: ReadonlyMap<string, string>
  readonly buttons: readonly Button[]
}

/** Reads the forms of a page as a browser without scripts would. Enough HTML for the pages of the providers in tests. */
export function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map((match) => {
    const attributes = attributesOf(match[1] ?? '')
    const inside = match[2] ?? ''
    const fields = new Map<string, string>()
    const buttons = buttonsOf(inside).map(([, button]) => button)
    for (const [, input = ''] of inside.matchAll(/<input\b([^>]*)>/gi)) {
      const { name = '', value = '', type = 'text', checked } = attributesOf(input)
      if (type === 'submit') buttons.push({ name, value, text: value })
      // A box that is not ticked is not sent.
      else if (name && (checked !== undefined || !['checkbox', 'radio'].includes(type)))
        fields.set(name, value)
    }
    const id = attributes.id
    const outside = id ? buttonsOf(html).filter(([belongsTo]) => belongsTo === id) : []
    return {
      action: attributes.action ?? '',
      fields,
      buttons: [...buttons, ...outside.map(([, button]) => button)],
    }
  })
}

function buttonsOf(html: string): [form: string | undefined, button: Button][] {
  return [...html.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)].map((match) => {
    const { form, name = '', value = '' } = attributesOf(match[1] ?? '')
    return [form, { name, value, text: (match[2] ?? '').trim() }]
  })
}

function attributesOf(tag: string): Record<string, string | undefined> {
  const attributes: Record<string, string> = Object.create(null)
  for (const [, name = '', value = ''] of tag.matchAll(/([\w-]+)(?:\s*=\s*"([^"]*)")?/g)) {
    attributes[name.toLowerCase()] = unescapeHtml(value)
  }
  return attributes
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    return named[name] ?? whole
  })
}
