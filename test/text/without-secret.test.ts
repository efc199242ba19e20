import { expect, it } from 'vitest'
import { withoutSecret } from '../../src/text/without-secret.ts'

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
