import type { Page } from 'playwright-core'

/** A text on a page as it is seen: its colour, that of what is behind it, and how far they are apart (WCAG 2.2, 1.4.3). */
export interface SeenText {
  readonly text: string
  readonly colour: string
  readonly back: string
  readonly ratio: number
}

/** Elements with a text of their own that take room, and what is typed into nothing yet. */
const SEEN = `[...document.querySelectorAll('body, body *')].flatMap(element => {
  const own = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join('').trim()
  const { width, height } = element.getBoundingClientRect()
  const text = own || element.placeholder
  if (!text || width === 0 || height === 0 || element.localName === 'script') return []
  let behind = element
  const backOf = (one) => getComputedStyle(one).backgroundColor
  while (behind.parentElement && backOf(behind) === 'rgba(0, 0, 0, 0)') behind = behind.parentElement
  const style = getComputedStyle(element, own ? undefined : '::placeholder')
  return [{ text, colour: element instanceof SVGElement ? style.fill : style.color, back: backOf(behind) }]
})`

/** All texts that are seen on a page, the hardest to read first. */
export async function seenTexts(page: Page): Promise<SeenText[]> {
  const seen = await page.evaluate<Omit<SeenText, 'ratio'>[]>(SEEN)
  return seen
    .map((one) => ({ ...one, ratio: contrast(one.colour, one.back) }))
    .sort((a, b) => a.ratio - b.ratio)
}

/** From 1 to 21: WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** WCAG 2.2, "relative luminance", of `rgb(…)`. A colour that is partly seen through is none that could be judged. */
function luminance(colour: string): number {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)
  if (!parts) throw new Error(`not a plain colour: ${colour}`)
  const [red = 0, green = 0, blue = 0] = parts.slice(1).map((part) => {
    const share = Number(part) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
