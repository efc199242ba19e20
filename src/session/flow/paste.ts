import { Failure } from '../../errors.ts'

/**
 * Parses the redirect URL as a person copies it from the address bar of a browser on another machine.
 * A string result says what is wrong with it, so that the person can try again.
 */
export function readPasted(line: string, redirectUri: string, state: string): URL | string {
  const text = line.trim()
  const expected = new URL(redirectUri)
  if (!URL.canParse(text)) return 'That is not a URL. Copy the whole address, from http:// to its end.'
  const url = new URL(text)
  if (url.origin !== expected.origin || url.pathname !== expected.pathname) {
    return `That address does not begin with ${redirectUri}. Copy it after the sign-in, when the page fails to load.`
  }
  if (url.searchParams.getAll('state').join() !== state) {
    return 'That address belongs to another sign-in. Copy the one of this sign-in.'
  }
  return url
}

const TRIES = 3

/** Prompts until the right URL is pasted, at most three times. Failure `declined` after that. */
export async function askForRedirect(
  redirectUri: string,
  state: string,
  ask: () => Promise<string | undefined>,
  tell: (line: string) => void,
): Promise<URL> {
  for (let left = TRIES; left > 0; left--) {
    const line = await ask()
    if (line === undefined) throw new Failure('declined', 'no address was pasted')
    const read = readPasted(line, redirectUri, state)
    if (typeof read !== 'string') return read
    tell(read)
  }
  throw new Failure('declined', 'the address of this sign-in was not pasted')
}
