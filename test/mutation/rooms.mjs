// @ts-check
/**
 * The rooms that `npm run mutate` breaks on purpose, one small change after the other: files of the program (a folder
 * ends with a slash; the first room that names a file has it), the tests that must notice, and the least share of the
 * changes that they must notice, percent. The tests are chosen narrowly: a room is proved by its own tests, and a change
 * takes a fraction of a second.
 * `properties`: a test draws at random. `testMilliseconds`: where a change makes a test wait for ever, how long it may take
 * (thirty seconds if not said).
 * @typedef {{ files: string[], tests: string[], floor: number, properties?: boolean, testMilliseconds?: number }} Room
 * @type {Record<string, Room>}
 */
export const rooms = {
  signatures: {
    files: ['src/claims/jwt/'],
    tests: ['test/claims/jwt/{jwt,signing-key,verify}.test.ts'],
    floor: 90,
    properties: true,
  },
  'safe-text': { files: ['src/text/safe-text.ts'], tests: ['test/text/safe-text.test.ts'], floor: 97 },
  masking: {
    files: ['src/trace/masking.ts', ...['rules', 'value'].map((name) => `src/trace/masking/${name}.ts`)],
    tests: ['test/trace/masking.test.ts', 'test/trace/masking/*.test.ts'],
    floor: 97,
  },
  'sensitive-keys': {
    files: ['src/trace/masking/'],
    tests: ['test/trace/{masking,statement}.test.ts', 'test/trace/masking/*.test.ts'],
    floor: 90,
  },
  proxy: {
    files: ['src/system/http/used-proxy.ts'],
    tests: ['test/system/http/proxy-settings.test.ts'],
    floor: 97,
  },
  verification: {
    files: ['src/session/verification.ts'],
    tests: ['test/session/verification.test.ts'],
    floor: 90,
  },
  'state-machine': {
    files: ['state-machine', 'step', 'freshness'].map((name) => `src/session/renewal/${name}.ts`),
    tests: ['test/session/renewal/{refresh,transitions}.test.ts'],
    floor: 90,
  },
  listener: {
    files: ['src/session/flow/callback.ts', 'src/silent-connections.ts'],
    tests: ['test/session/flow/{loopback,start-page,same-text}.test.ts', 'test/silent-connections.test.ts'],
    floor: 90,
  },
  loopback: {
    files: ['src/session/flow/loopback.ts'],
    tests: ['test/session/flow/loopback*.test.ts'],
    floor: 97,
    testMilliseconds: 5_000,
  },
  store: {
    files: ['src/session/store/', 'src/storage/wait-for-lock.ts'],
    tests: ['test/session/store/*.test.ts'],
    floor: 90,
  },
  dpop: { files: ['src/dpop/'], tests: ['test/dpop/*.test.ts'], floor: 90 },
  attacks: { files: ['src/attacks/'], tests: ['test/attacks/*.test.ts'], floor: 90 },
}

/** @param {string} file @returns {string | undefined} the room of a file */
export const roomOf = (file) =>
  Object.keys(rooms).find((name) =>
    rooms[name]?.files.some((one) => (one.endsWith('/') ? file.startsWith(one) : file === one)),
  )
