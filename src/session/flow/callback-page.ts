/**
 * The page the browser ends on: static, no script, nothing from the request in it. The empty icon keeps the browser
 * from requesting /favicon.ico from a port that is closed by then.
 */
const PAGES = {
  done: ['Signed in', 'You are signed in. You can close this window and go back to the terminal.'],
  failed: ['Not signed in', 'The sign-in did not succeed. The terminal says why. You can close this window.'],
  waiting: [
    'Not this one',
    'This is not the answer ls-auth is waiting for. The sign-in goes on in the other window.',
  ],
} as const

/** Which page. */
export type Page = keyof typeof PAGES

/** Response headers of every page: no caching, no script, no framing, no referrer. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  connection: 'close',
} as const

/** The page as HTML. */
export function renderPage(page: Page): string {
  const [title, text] = PAGES[page]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - ls-auth</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
body { max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem }
</style>
<main>
<h1>${title}</h1>
<p>${text}</p>
</main>
</html>
`
}
