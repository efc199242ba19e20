import { configDefaults, defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'
import { seedOf } from './test/seed.ts'

/**
 * Many small failures, servers of other people, real waits, and sweeps of hundreds of commands, attacks or processes, each
 * of many seconds. CI runs them all.
 */
const SLOW = [
  'test/strangers/**',
  'test/session/faults.test.ts',
  'test/stories/hints/in-source.test.ts',
  'test/process/keychain/keychain-load.test.ts',
  // Two hundred processes at once.
  'test/process/record-volley.test.ts',
  // Eight hundred commands: twenty answers to a renewal, with seven statuses.
  'test/stories/providers/token-answers.test.ts',
  // Hundreds of requests at a limited pace, and processes killed meanwhile.
  'test/process/many-ids.test.ts',
  // An agent looks for the cause in fifty worlds.
  'test/process/mcp/causes/**',
  // Two hundred attacks, each with proxies and waits of its own.
  'test/process/local-proxy/proxy-attack.test.ts',
  // Traces of 80,000 levels and 100,000 spans.
  'test/trace/render/scale.test.ts',
  'test/trace/compare/comparison-time.test.ts',
  'test/process/screens/view-large.test.ts',
  // Each input is read by a program of others, in a browser.
  'test/process/speedscope.test.ts',
  // Long texts made to take a square of time.
  'test/trace/masking-time.test.ts',
]
const all = process.env.LS_AUTH_TEST_ALL === '1'
const isNamed = SLOW.some((slow) => process.argv.some((word) => word.includes(slow.replace('/**', ''))))
if (!all && !isNamed)
  process.stderr.write(`SKIPPED three in four inputs of properties, and slow tests (${SLOW.join(', ')}): LS_AUTH_TEST_ALL=1 npm test\n`)

/** They need a process that has loaded nothing before, or measure its memory. */
const ALONE = ['test/world-tests/silence.test.ts', 'test/stories/profiles/profiles.test.ts']
const exclude = [...configDefaults.exclude, ...(all || isNamed ? [] : SLOW)]

const everywhere = {
  setupFiles: ['test/seeded-properties.ts', 'test/canary-count/of-a-file.ts'],
  // A random seed is chosen here, once for all files.
  env: { LS_AUTH_SEED: String(seedOf()) },
  testTimeout: 30_000,
  // A hook starts real servers and signs in.
  hookTimeout: 90_000,
}

export default defineConfig({
  test: {
    // More than processors: most tests wait for servers and processes of their own.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...everywhere,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...ALONE],
          globalSetup: ['test/canary-count/of-all.ts'],
          // Files share processes that are loaded and warm, which halves the processor time. No module of ours keeps state.
          isolate: false,
        },
      },
      { test: { ...everywhere, name: 'alone', include: ALONE, exclude } },
    ],
  },
})
