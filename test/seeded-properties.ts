import fc from 'fast-check'
import { runsOf } from './property-runs.ts'
import { seedOf } from './seed.ts'

/** Read before each test file (vitest.config.ts): every property of this run begins at the same seed. */
fc.configureGlobal({ seed: seedOf(), numRuns: runsOf(100) })
