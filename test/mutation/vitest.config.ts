import { defineConfig } from 'vitest/config'

/** One room's tests, for `npm run mutate`. */
export default defineConfig({
  test: {
    include: JSON.parse(process.env.LS_AUTH_MUTATE_TESTS ?? '[]'),
    // To load fast-check is a third of a run of small tests: only where a test draws at random.
    setupFiles: [
      'test/mutation/load-room.ts',
      ...(process.env.LS_AUTH_MUTATE_PROPERTIES === '1' ? ['test/seeded-properties.ts'] : []),
    ],
    // Each change has a fresh worker in any case. One for all files takes a third of the time of one for each.
    isolate: false,
    env: { LS_AUTH_RUNS: '50' },
    // The first run of all counts as failed when one is late.
    testTimeout: Number(process.env.LS_AUTH_MUTATE_TEST_MILLISECONDS ?? 30_000),
    hookTimeout: 30_000,
  },
})
