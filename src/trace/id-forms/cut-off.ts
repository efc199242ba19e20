/** What to do where nothing was found by an id that lacks digits: it was read with zeros before it, but rather was cut off. */
export function cutOffHint({ digits }: { readonly digits?: string }): string | undefined {
  if (digits === undefined || digits.length === 16 || digits.length === 32) return undefined
  return `The id has ${digits.length} digits: ids have 16 or 32, so zeros were put before it. Copy it whole.`
}
