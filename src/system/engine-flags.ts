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
 * `search --follow` get them, too: these wait for a person and for the clock.
 *
 * invocation-count-for-turbofan (3,000 by default): what runs once per span of a small trace is not compiled a second time
 * while it runs, and what runs once per attribute of a large one is. Measured later on a busier machine, medians of 40 rounds:
 * 10,000 spans take 4 to 20 ms less of 210 to 260, and all threads 30 of 400; 100,000 take as long as without. Only for one
 * trace (`isOfOne`): `trace breakdown` of 200 takes a tenth longer with it.
 *
 * All of them say when V8 compiles, and none what; `--no-lazy` is of use with the cache only, so it depends on `isCached`.
 */
export function setFlagsForTraces(isCached: boolean, isOfOne: boolean): void {
  if (!process.versions.v8.startsWith(MEASURED)) return
  // Not imported: loading it takes a millisecond, and other commands have no use for it.
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--no-osr-from-maglev')
  if (isOfOne) setFlagsFromString('--invocation-count-for-turbofan=50000')
  if (isCached) setFlagsFromString('--no-lazy')
}
