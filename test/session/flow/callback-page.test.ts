import { expect, it } from 'vitest'
import { PAGE_HEADERS, renderPage } from '../../../src/session/flow/loopback.ts'

it.each([
  ['done', 'Signed in', 'You are signed in. You can close this window and go back to the terminal.'],
  [
    'failed',
    'Not signed in',
    'The sign-in did not succeed. The terminal says why. You can close this window.',
  ],
  ['waiting', 'Wrong window', 'ls-auth is not waiting for this answer. Continue in the other window.'],
] as const)('the page "%s" says how the sign-in went', (page, title, text) => {
  const html = renderPage(page)
  expect(html).toContain(`<title>${title} - ls-auth</title>`)
  expect(html).toContain(`<h1>${title}</h1>\n<p>${text}</p>`)
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">\n<meta charset="utf-8">/)
  expect(html, 'or the browser asks a closed port for one').toContain('<link rel="icon" href="data:,">')
  expect(html).not.toMatch(/<script|https?:/)
})

it('names who has signed in, and runs none of it', () => {
  const html = renderPage('done', `<script>&"'\u202e${'a'.repeat(200)}`)
  expect(html).toMatch(
    /<p>You are signed in as &lt;script&gt;&amp;&quot;&#39;\\u\{202e\}a+…\. You can close this window/,
  )
  expect(html.length).toBeLessThan(1000)
})

it('is kept nowhere, runs nothing, is framed by nobody, and tells no other site where it was', () => {
  expect(PAGE_HEADERS).toEqual({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    connection: 'close',
  })
})
