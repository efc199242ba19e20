// @ts-check
import { resolve } from 'node:path'

/**
 * Modules that a run needs together are one chunk, since reading a file costs a third of a millisecond; heavy modules
 * that most commands do without stay out of the chunks that all of them load (`npm run bench -- start`). A module
 * belongs to the first chunk that reaches it.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const CHUNKS = {
  words: ['src/main.ts', 'src/text/count.ts'],
  // The command tree, with commander.
  commands: ['src/cli/tree.ts'],
  // What a command needs that reads a file and no settings.
  invocation: [
    'src/commands/invocation.ts',
    'src/commands/typed-flags.ts',
    'src/system/files/files.ts',
    'src/json-object.ts',
    'src/text/utf16.ts',
    'src/text/token-in-text.ts',
  ],
  settings: [
    'src/settings/files/settings-files.ts',
    'src/settings/profile.ts',
    'src/commands/request/credentials.ts',
    'src/time/clock-skew.ts',
    'src/time/whole-duration.ts',
    'src/commands/request/bound-token.ts',
    'src/commands/request/require-reason.ts',
    'src/providers/scope-names.ts',
    'src/api/authorization.ts',
    'src/settings/required-client.ts',
    'src/settings/files/toml-reading.ts',
    'src/storage/atomic-write.ts',
    'src/text/display-width.ts',
  ],
  record: ['src/commands/request/recorder.ts'],
  session: ['src/commands/token/token.ts', 'src/session/access.ts', 'src/system/keychain.ts'],
  requests: [
    'src/system/http/http.ts',
    'src/system/http/direct-transport.ts',
    'src/http-answers/web-page.ts',
    'src/dpop/proofs.ts',
  ],
  jwt: ['src/claims/jwt/jwt.ts', 'src/time/instant.ts'],
  // What a sign-in may be asked for, by a flag or by an API.
  requirements: ['src/claims/sign-in-requirements.ts', 'src/claims/claims-request.ts'],
  // Lines to copy, in hints and notes.
  lines: ['src/commands/repeat-flags.ts'],
  // What flags of traces mean.
  flags: ['src/verbs/search-flags.ts'],
  traces: [
    'src/commands/trace/trace-get.ts',
    'src/commands/trace/output/view-options.ts',
    'src/commands/trace/output/trace-output.ts',
    'src/trace/tree/trace-tree.ts',
    'src/trace/masking.ts',
  ],
  api: ['src/commands/trace/open-source.ts'],
  // Read where a limit or a captive portal is met, and where a snapshot is paid for.
  limit: ['src/http-answers/rate-limit.ts', 'src/http-answers/network-sign-in.ts'],
  denial: ['src/api/refusal/denial.ts'],
  // What all readers of traces share, of a file as of an API.
  reading: [
    'src/trace/formats/lightstep/lightstep-json.ts',
    'src/trace/formats/lazy-span.ts',
    'src/trace/search.ts',
    'src/trace/series.ts',
    'src/trace/attribute-lists.ts',
    'src/trace/group.ts',
    'src/trace/tree/unfinished.ts',
    'src/trace/tree/longest-top.ts',
    'src/trace/sources/list-in-answer.ts',
    'src/trace/sources/unreadable-answer.ts',
    'src/trace/sources/equal-attributes.ts',
    'src/trace/sources/trace-ids.ts',
  ],
  // Every format, as a file may have any.
  file: ['src/trace/sources/file/file-source.ts', 'src/trace/sources/file/read-trace-file.ts'],
  lightstep: [
    'src/trace/sources/lightstep/lightstep-source.ts',
    'src/commands/trace/snapshot/snapshot-consent.ts',
  ],
  drawing: ['src/trace/render/waterfall/waterfall.ts', 'src/commands/trace/next-steps.ts'],
}

/**
 * Puts what is statically reached from the roots of a chunk into that chunk. Code is moved, and nothing in it changes.
 *
 * @param {typeof CHUNKS} chunks
 * @returns {{ plugin: import('rolldown').Plugin, groups: import('rolldown').CodeSplittingGroup[] }}
 */
export function chunkPlan(chunks) {
  /** @type {Map<string, string>} */
  const planned = new Map()
  const names = Object.keys(chunks)
  return {
    plugin: {
      name: 'chunk-plan',
      renderStart() {
        for (const [name, roots] of Object.entries(chunks)) {
          const queue = roots.map((root) => resolve(root))
          for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
            if (planned.has(id)) continue
            const info = this.getModuleInfo(id)
            if (!info) throw new Error(`the chunk plan names ${id}, which is not in the program`)
            planned.set(id, name)
            queue.push(...info.importedIds.filter((imported) => this.getModuleInfo(imported)?.code != null))
          }
        }
      },
    },
    groups: names.map((name, i) => ({
      name,
      test: (/** @type {string} */ id) => planned.get(id) === name,
      priority: names.length - i,
    })),
  }
}
