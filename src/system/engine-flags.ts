/** The V8 of Node 24, on which the figures were measured. Another one may not know a flag, and would print that. */
const MEASURED = '13.6.'

/**
 * Sets flags of V8 for a command that reads traces (`v8.setFlagsFromString`). Most such runs are over before the
 * compilers have earned their time, and their threads take the processor from the one that works. `trace get` of 10,000 spans
 * to a pipe, two processors, medians of 25 rounds:
 *
 * | flags | time | all threads |
 * |---|---|---|
 * | none | 168 ms | 256 ms |
 * | no-osr-from-maglev: a loop that runs is compiled once, and not again by the slower compiler (90 ms of threads) | 158 ms | 224 ms |
 * | no-lazy too: the compile cache holds all functions of a file; without it those that run later are missing | 150 ms | 217 ms |
 *
 * Of one span: 42 ms without, 39 ms with both. A trace of 100,000 spans takes as long as without. `trace view` and
 * `search --follow` get them, too: these wait for a person and for the clock. Both flags say when V8 compiles, and none what;
 * `--no-lazy` is of use with the cache only, so it depends on `isCached`.
 */
export function setFlagsForTraces(isCached: boolean): void {
  if (!process.versions.v8.startsWith(MEASURED)) return
  // Not imported: loading it takes a millisecond, and other commands have no use for it.
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--no-osr-from-maglev')
  if (isCached) setFlagsFromString('--no-lazy')
}
