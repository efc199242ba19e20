import { relative, resolve, sep } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'
import { seedOf } from './test/seed.ts'

/**
 * What `npm test` leaves to CI, so that it takes two minutes on two processors: servers and browsers of other
 * people, real waits, and sweeps of hundreds of commands, attacks or processes. Give a path to run one of them.
 */
const SLOW = [
  // Apache, HAProxy and identity providers of other people.
  'test/gateway/**',
  'test/strangers/**',
  // Chromium opens what is written.
  'test/process/chromium.test.ts',
  'test/process/trace-page.test.ts',
  'test/process/speedscope.test.ts',
  'test/process/local-proxy/local-proxy-chromium.test.ts',
  // Each call of the file system fails once, in each command.
  'test/session/faults.test.ts',
  // Every hint that the program can give is typed.
  'test/stories/hints/every-hint.test.ts',
  'test/stories/hints/in-source.test.ts',
  // Eight hundred commands: twenty answers to a renewal, with seven statuses.
  'test/stories/providers/token-answers.test.ts',
  // Passphrases and keys are derived again and again, slowly by design.
  'test/stories/sign-in/bound-key-in-file.test.ts',
  // Forgeries against gateways with one fault each.
  'test/stories/gateway/**',
  // Hundreds of processes or connections at once, or killed; a keychain that hangs.
  'test/session/flow/half-open.test.ts',
  'test/system/keychain.test.ts',
  'test/process/record-volley.test.ts',
  'test/process/many-ids.test.ts',
  // Every command typed in a real terminal, and pagers of other people.
  'test/process/screens/pager.test.ts',
  'test/process/screens/completion.test.ts',
  // The whole program is built again.
  'test/packages/homepage.test.ts',
  // Each screen of README and the guides; a program of 60 MB.
  'test/process/screens/readme.test.ts',
  'test/process/binary.test.ts',
  // A proxy that never answers.
  'test/system/http/silent-proxy.test.ts',
  // Agents: the libraries of other people, six hundred hostile texts, every secret, each back end; servers of each kind that lie.
  'test/process/mcp/agents-document.test.ts',
  'test/process/mcp/connect.test.ts',
  'test/process/mcp/connect-streams.test.ts',
  'test/process/mcp/last-lines.test.ts',
  'test/process/mcp/protocol.test.ts',
  'test/process/mcp/injections.test.ts',
  'test/process/mcp/masking.test.ts',
  'test/process/mcp/back-ends.test.ts',
  // The local proxy: attacks, waits and records of its own.
  'test/process/local-proxy/exec-proxy.test.ts',
  'test/process/local-proxy/local-proxy.test.ts',
  'test/process/local-proxy/local-proxy-record.test.ts',
  'test/process/local-proxy/proxy-attack.test.ts',
  // The record, in every way that a request takes.
  'test/process/record.test.ts',
  // Jobs and proxies, a process for each step.
  'test/process/aws-credentials.test.ts',
  'test/process/ci-examples.test.ts',
  'test/process/proxy.test.ts',
  'test/process/token-forms.test.ts',
  'test/process/workload.test.ts',
  // `npm run demo` and `npm run play` are commands of their own.
  'test/process/demo.test.ts',
  'test/process/screens/play.test.ts',
  // Traces of 80,000 levels and 100,000 spans; hundreds of made-up worlds.
  'test/trace/formats/zipkin-hostile.test.ts',
  'test/trace/render/scale.test.ts',
  'test/trace/compare/rank-test.test.ts',
  'test/process/screens/view-large.test.ts',
  // Long texts made to take a square of time.
  'test/trace/masking-time.test.ts',
]
const all = process.env.LS_AUTH_TEST_ALL === '1'
const root = import.meta.dirname
const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
/** Paths of tests on the command line. */
const named = process.argv.map((word) => relative(root, resolve(word)).replaceAll(sep, '/')).filter((path) => isIn(path, 'test'))
const pathOf = (slow: string): string => slow.replace('/**', '')
const skipped = all ? [] : SLOW.filter((slow) => !named.some((path) => isIn(path, pathOf(slow))))
const told = skipped.filter((slow) => named.length === 0 || named.some((path) => isIn(pathOf(slow), path)))
const left = [
  ...(all || process.env.LS_AUTH_RUNS ? [] : ['nine in ten inputs of properties']),
  ...(told.length > 0 ? [`slow tests (${told.join(', ')})`] : []),
]
if (left.length > 0) process.stderr.write(`SKIPPED ${left.join(', and ')}: LS_AUTH_TEST_ALL=1 npm test\n`)

/** They need a process that has loaded nothing before, or measure its memory. */
const ALONE = ['test/stories/profiles/profiles.test.ts']
/** `npm run test:fast`: what needs no build and nothing of the system. */
const NOT_FAST = [
  ...['test/process/**', 'test/gateway/**', 'test/strangers/**', 'test/reliability/**', 'test/bench/**'],
  ...['test/architecture/{loaded-modules,shipped}.test.ts'],
]

const everywhere = {
  setupFiles: ['test/seeded-properties.ts', 'test/canary-count/of-a-file.ts'],
  // A random seed is chosen here, once for all files.
  env: { LS_AUTH_SEED: String(seedOf()) },
  // Only what hangs takes so long: no test fails because the machine is busy.
  ...{ testTimeout: 900_000, hookTimeout: 900_000, expect: { poll: { timeout: 600_000 } } },
}

/** As the build has it: a page of docs/ is its text. */
const plugins = [
  {
    name: 'pages-as-text',
    transform: (code: string, id: string) =>
      id.endsWith('.md') ? `export default ${JSON.stringify(code)}` : undefined,
  },
]

export default defineConfig(({ mode }) => {
  const exclude = [...configDefaults.exclude, ...skipped, ...(mode === 'fast' ? NOT_FAST : [])]
  return {
    test: {
      // Files that have not changed are not translated again.
      experimental: { fsModuleCache: true },
      // More than processors: most tests wait for servers and processes of their own.
      maxWorkers: 5,
      sequence: { sequencer: LongestFirst },
      projects: [
        {
          plugins,
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
        { plugins, test: { ...everywhere, name: 'alone', include: ALONE, exclude } },
      ],
    },
  }
})
