import { configDefaults, defineConfig } from 'vitest/config'
import { seedOf } from './test/seed.ts'

/**
 * Minutes of many small failures, of servers of other people, and of real waits. CI runs them; `npm test` alone stays
 * under three minutes without.
 */
const SLOW = [
  'test/strangers/**',
  'test/session/faults.test.ts',
  'test/stories/hints/in-source.test.ts',
  'test/process/keychain/keychain-load.test.ts',
]
const all = process.env.LS_AUTH_TEST_ALL === '1'
const isNamed = SLOW.some((slow) => process.argv.some((word) => word.includes(slow.replace('/**', ''))))
if (!all && !isNamed)
  process.stderr.write(`SKIPPED slow tests (${SLOW.join(', ')}): LS_AUTH_TEST_ALL=1 npm test\n`)

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(all || isNamed ? [] : SLOW)],
    setupFiles: ['test/seeded-properties.ts', 'test/canary-count/of-a-file.ts'],
    globalSetup: ['test/canary-count/of-all.ts'],
    // A random seed is chosen here, once for all files.
    env: { LS_AUTH_SEED: String(seedOf()) },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // More than processors: most tests wait for servers and processes of their own.
    maxWorkers: 4,
  },
})
