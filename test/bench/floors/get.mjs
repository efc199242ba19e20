// floor-get: one authorised request, and what came printed as it is.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { FLOOR_URL, LS_AUTH_TOKEN } = process.env
const headers = { authorization: `Bearer ${LS_AUTH_TOKEN}` }
require('node:http').get(FLOOR_URL, { headers }, (response) => {
  const parts = []
  response.on('data', (part) => parts.push(part))
  response.on('end', () => require('node:fs').writeSync(1, Buffer.concat(parts)))
})
