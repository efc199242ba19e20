import { textBlock } from '../frame/answer.ts'
import { verb } from '../frame/verb.ts'

/** `ls-auth version`: the version alone, as `--version` prints it. */
export const version = verb({
  summary: 'print the version',
  flags: {},
  formats: [],
  examples: [
    { does: 'for people', line: 'ls-auth version' },
    { does: 'for scripts', line: 'ls-auth version --json' },
  ],
  run: async ({ ports: { env } }) => ({
    data: { rows: [], row: (one) => one, whole: () => ({ version: env.version }) },
    blocks: [textBlock(() => [env.version])],
  }),
})
