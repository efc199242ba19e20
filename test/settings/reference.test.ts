import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { settingsReference } from './reference.ts'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

describe('docs/reference/settings.md', () => {
  /** Rewrite it with `npx vitest run test/settings -u`, and read what changed. */
  it('is what the table of settings says', async () => {
    await expect(settingsReference()).toMatchFileSnapshot('../../docs/reference/settings.md')
  })

  it('has every variable that the program reads', () => {
    const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const text = sources.map((name) => readFileSync(SRC + name, 'utf8')).join('\n')
    // Version and homepage are put in at build time.
    const read = new Set([...text.matchAll(/\bLS_AUTH_(?!VERSION|HOMEPAGE)[A-Z_]+\b/g)].map(([name]) => name))
    const reference = settingsReference()
    expect(read.size).toBeGreaterThan(10)
    expect([...read].filter((name) => !reference.includes(`\`${name}\``))).toEqual([])
  })
})
