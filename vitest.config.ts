import { defineConfig } from 'vitest/config'
import { seedOf } from './test/seed.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seeded-properties.ts'],
    // A random seed is chosen here, once for all files.
    env: { LS_AUTH_SEED: String(seedOf()) },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
})
