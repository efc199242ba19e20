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
  policy: {
    files: ['src/claims/policy.ts'],
    tests: ['test/claims/{finding-values,policy,policy-findings}.test.ts'],
    floor: 97,
    properties: true,
  },
  judging: {
    files: ['access-level', 'assertion', 'finding', 'lifetime'].map((name) => `src/claims/${name}.ts`),
    tests: ['test/claims/{access-level,assertion,finding-values,lifetime,policy}*.test.ts'],
    floor: 90,
    properties: true,
  },
  tokens: {
    files: ['inspect', 'kind', 'jwt/jwt', 'jwt/strict-json'].map((name) => `src/claims/${name}.ts`),
    tests: ['test/claims/{inspect,kind}.test.ts', 'test/claims/jwt/{jwt,strict-json}.test.ts'],
    floor: 90,
    properties: true,
  },
  signatures: {
    files: ['src/claims/jwt/'],
    tests: ['test/claims/jwt/{signing-key,verify}.test.ts'],
    floor: 97,
    properties: true,
  },
  claims: {
    files: ['src/claims/'],
    tests: ['test/claims/{claim-source,claim-shape,claims-request,issuer,mfa,normalise}.test.ts'],
    floor: 90,
    properties: true,
  },
  'safe-text': { files: ['src/text/safe-text.ts'], tests: ['test/text/safe-text.test.ts'], floor: 97 },
  api: {
    files: ['src/api/', 'src/http-answers/rate-limit.ts', 'src/http-answers/web-page.ts'],
    tests: ['test/api/*.test.ts', 'test/http-answers/*.test.ts'],
    floor: 97,
    properties: true,
    testMilliseconds: 5_000,
  },
  masking: {
    files: [
      'src/trace/masking.ts',
      ...['kept-value', 'lists', 'patterns', 'rules', 'value'].map((name) => `src/trace/masking/${name}.ts`),
    ],
    tests: ['test/trace/masking.test.ts', 'test/trace/masking/*.test.ts'],
    floor: 97,
  },
  'sensitive-keys': {
    files: ['src/trace/masking/'],
    tests: ['test/trace/{masking,statement}.test.ts', 'test/trace/masking/*.test.ts'],
    floor: 90,
  },
  proxy: {
    files: ['src/system/http/proxy-settings.ts', 'src/system/http/used-proxy.ts', 'src/proxy-url.ts'],
    tests: ['test/system/http/proxy-settings.test.ts'],
    floor: 97,
  },
  verification: {
    files: ['src/session/verification.ts'],
    tests: ['test/session/verification.test.ts'],
    floor: 97,
  },
  'state-machine': {
    files: [
      'state-machine',
      'no-renewal',
      'last-step',
      'freshness',
      'earlier-attempt',
      'renewal',
      'stored-tokens',
    ].map((name) => `src/session/renewal/${name}.ts`),
    tests: ['test/session/renewal/{earlier-attempt,freshness,renewed-body,transitions}.test.ts'],
    floor: 97,
  },
  listener: {
    files: [
      ...['callback', 'start-page', 'same-text'].map((name) => `src/session/flow/${name}.ts`),
      'src/silent-connections.ts',
    ],
    tests: ['test/session/flow/{callback,start-page,same-text}.test.ts', 'test/silent-connections.test.ts'],
    floor: 97,
  },
  loopback: {
    files: ['src/session/flow/loopback.ts'],
    tests: ['test/session/flow/loopback*.test.ts'],
    floor: 97,
    testMilliseconds: 5_000,
  },
  waiting: {
    files: ['callback-page', 'paste', 'patience', 'safe-address', 'socket-owner'].map(
      (name) => `src/session/flow/${name}.ts`,
    ),
    tests: ['test/session/flow/{callback-page,paste,patience,safe-address,socket-owner}.test.ts'],
    floor: 90,
  },
  answers: {
    files: ['src/session/answers/'],
    tests: ['test/session/answers/*.test.ts'],
    floor: 90,
  },
  documents: {
    files: ['src/session/documents/'],
    tests: ['test/session/documents/*.test.ts'],
    floor: 90,
  },
  store: {
    files: ['src/session/store/', 'src/storage/wait-for-lock.ts'],
    tests: ['test/session/store/*.test.ts'],
    floor: 97,
  },
  renewal: {
    files: ['src/session/renewal/'],
    tests: ['test/session/renewal/{binding,refresh,renewal-answers,slot,slot-scopes}.test.ts'],
    floor: 90,
  },
  registration: {
    files: ['src/session/registration/', 'src/session/protocol/registration.ts'],
    tests: ['test/session/registration/*.test.ts'],
    floor: 90,
  },
  protocol: {
    files: ['src/session/protocol/'],
    tests: ['test/session/protocol/*.test.ts'],
    floor: 90,
  },
  flow: {
    files: ['src/session/flow/'],
    tests: ['test/session/flow/{browser-flow,client-secret,device,display}.test.ts'],
    floor: 97,
  },
  workload: {
    files: ['src/session/workload/'],
    tests: ['test/session/workload/*.test.ts'],
    floor: 90,
  },
  session: {
    files: ['src/session/'],
    tests: [
      'test/session/{access,kept-sign-in,policy-gate,sign-in,sign-in-offered,sign-out,sweep,unreadable}.test.ts',
    ],
    floor: 90,
  },
  dpop: { files: ['src/dpop/'], tests: ['test/dpop/*.test.ts'], floor: 90 },
  attacks: { files: ['src/attacks/'], tests: ['test/attacks/*.test.ts'], floor: 90 },
  gateways: {
    files: ['src/backends/gateways/'],
    tests: ['test/backends/{gateway-words,gateways}.test.ts'],
    floor: 90,
  },
  compare: {
    files: ['src/trace/compare/'],
    tests: [
      'test/trace/compare/{comparison,comparison-export,rank-test,ranking,rows-in-view,significance,threshold}.test.ts',
    ],
    floor: 90,
  },
  causes: {
    files: ['src/trace/causes/'],
    tests: [
      'test/trace/causes/{count-attributes,design-effect,exact-test,null-worlds,population,rank-causes,ranking-order}.test.ts',
    ],
    floor: 90,
  },
  breakdown: {
    files: ['src/trace/breakdown/'],
    tests: ['test/trace/breakdown/*.test.ts'],
    floor: 90,
    properties: true,
  },
}

/** @param {string} file @returns {string | undefined} the room of a file */
export const roomOf = (file) =>
  Object.keys(rooms).find((name) =>
    rooms[name]?.files.some((one) => (one.endsWith('/') ? file.startsWith(one) : file === one)),
  )
