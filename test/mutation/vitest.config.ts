import { defineConfig } from 'vitest/config'

/** One room's tests, for `npm run mutate`. */
export default defineConfig({
  test: {
    include: JSON.parse(process.env.LS_AUTH_MUTATE_TESTS ?? '[]'),
    setupFiles: ['test/seeded-properties.ts'],
    env: { LS_AUTH_RUNS: '500' },
    // The first run of all counts as failed when one is late.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
