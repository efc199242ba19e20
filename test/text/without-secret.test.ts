import { expect, it } from 'vitest'
import { withoutSecret, withoutSecrets } from '../../src/text/secrets.ts'

const SECRET = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDpEaXi'

it.each([
  [`http://127.0.0.1:40277/${SECRET}`, 'http://127.0.0.1:40277/…'],
  [`http://127.0.0.1:40277/${SECRET}/api/search`, 'http://127.0.0.1:40277/…/api/search'],
  [`127.0.0.1:40277/${SECRET}/`, '127.0.0.1:40277/…/'],
  [`http://LOCALHOST/${SECRET}`, 'http://LOCALHOST/…'],
  [`https://[::1]:1/${SECRET}`, 'https://[::1]:1/…'],
  [`http://127.0.0.1:40277/a${SECRET}`, `http://127.0.0.1:40277/a${SECRET}`],
  [`http://127.0.0.1:40277/api/${SECRET}`, `http://127.0.0.1:40277/api/${SECRET}`],
  [`https://traces.example/${SECRET}`, `https://traces.example/${SECRET}`],
  [`https://127.0.0.1.example/${SECRET}`, `https://127.0.0.1.example/${SECRET}`],
])('%s is shown as %s', (address, shown) => {
  expect(withoutSecret(address)).toBe(shown)
})

it.each([
  [
    `ls-auth login --api http://127.0.0.1:1/${SECRET} --issuer URL`,
    'ls-auth login --api http://127.0.0.1:1/… --issuer URL',
  ],
  [
    `'http://localhost:1/${SECRET}' and 127.0.0.1/${SECRET}/api`,
    "'http://localhost:1/…' and 127.0.0.1/…/api",
  ],
  [`--api=http://127.0.0.1:1/${SECRET}?x=1`, '--api=http://127.0.0.1:1/…?x=1'],
  [`"http://127.0.0.1:1/${SECRET.slice(0, 30)}…"`, '"http://127.0.0.1:1/…"'],
  [`http://127.0.0.1:1/${SECRET}a`, `http://127.0.0.1:1/${SECRET}a`],
  [`https://traces.example/127.0.0.1/${SECRET}`, `https://traces.example/127.0.0.1/${SECRET}`],
])('the text %s is shown as %s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown)
})
