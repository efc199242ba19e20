import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Short files that take long, longest first: they start servers, processes or browsers, and wait for them. */
const LONG = [
  'process/record.test.ts',
  'process/record-volley.test.ts',
  'process/local-proxy/local-proxy.test.ts',
  'process/local-proxy/proxy-attack.test.ts',
  'gateway/apache.test.ts',
  'process/mcp/injections.test.ts',
  'stories/providers/token-answers.test.ts',
  'session/renewal/state-machine.test.ts',
  'session/faults.test.ts',
  'process/exec.test.ts',
  'stories/hints/in-source.test.ts',
  'strangers/lemonldap.test.ts',
  'strangers/doorkeeper.test.ts',
  'strangers/better-auth.test.ts',
  'process/many-ids.test.ts',
  'process/trace-page.test.ts',
  'process/speedscope.test.ts',
  'process/screens/view-large.test.ts',
  'process/keychain/keychain-story.test.ts',
  'system/keychain.test.ts',
  'process/local-proxy/exec-proxy.test.ts',
  'stories/gateway/attacks.test.ts',
  'architecture/loaded-modules.test.ts',
  'process/proxy.test.ts',
  'process/local-proxy/local-proxy-record.test.ts',
  'gateway/haproxy.test.ts',
  'session/flow/half-open.test.ts',
  'trace/render/scale.test.ts',
]

/** Without the times of a run before, the runner begins with the largest files: a short one that takes long would be the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}`))
      return at === -1 ? LONG.length : at
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}
