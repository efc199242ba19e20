import { createRequire } from 'node:module'

type Program = typeof import('../../src/main.ts')

/**
 * The program that stories run: the source, or with LS_AUTH_STORIES=built what `npm run build` has made of it. Everything
 * of ours that takes part comes from there, real ports included.
 */
export const program: Program =
  process.env.LS_AUTH_STORIES === 'built'
    ? (createRequire(import.meta.url)('../../dist/main.cjs') as Program)
    : await import('../../src/main.ts')
