import { execFileSync } from 'node:child_process'
import { chmod, chown, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { linkTo, scenarioOf, type Tampering } from './local-files.ts'
import type { Scenario } from './scenario.ts'

/** The key file of the file store, beside the session that it opens. */
const KEY_FILES: readonly Omit<Tampering, 'keyFile'>[] = [
  { does: 'nothing, and a key file opens the session', sound: true, exit: 0, tamper: async () => {} },
  { does: 'can read the key file', exit: 8, tamper: ({ key }) => chmod(key, 0o644) },
  { does: 'can write the key file', exit: 8, tamper: ({ key }) => chmod(key, 0o620) },
  { does: 'owns the key file', exit: 8, root: true, tamper: ({ key }) => chown(key, 1234, 1234) },
  {
    does: 'puts a link in place of the key file',
    exit: 8,
    tamper: ({ key, home }) => linkTo(key, join(home, 'elsewhere')),
  },
  {
    does: 'puts another key in the key file',
    exit: [3, 8],
    tamper: ({ key }) => writeFile(key, `${'0'.repeat(64)}\n`),
  },
  {
    does: 'puts a pipe in place of the key file',
    exit: 8,
    tamper: async ({ key }) => {
      await rename(key, `${key}.away`)
      execFileSync('mkfifo', ['-m', '600', key])
    },
  },
]

export const keyFileScenarios: readonly Scenario[] = KEY_FILES.map((one) =>
  scenarioOf('key file')({ ...one, keyFile: true }),
)
