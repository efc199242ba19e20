import { appendFileSync } from 'node:fs'
import { afterAll } from 'vitest'
import { forgetSecrets, searched } from '../world/canaries.ts'

// Run before each test file (vitest.config.ts): it has nothing to do with the secrets of the file before.
forgetSecrets()

/** Notes at the end of the file how much was searched for secrets. */
afterAll(() => {
  const path = process.env.LS_AUTH_CANARIES
  const counts = searched()
  if (path !== undefined && counts.places > 0) appendFileSync(path, `${JSON.stringify(counts)}\n`)
})
