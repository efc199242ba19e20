import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { manualPages, referenceFiles, staleFiles } from '../../build/reference/files.ts'
import { manPage, roff } from '../../build/reference/man-page.ts'
import { markdownPage } from '../../build/reference/markdown-page.ts'
import { type Page, referencePages } from '../../build/reference/pages.ts'
import { needs } from '../world/needs.ts'
import { ENTRIES } from './rows.ts'

const files = await referenceFiles()
const pages = await referencePages()

describe('the reference is what the rows of the program say (mend it with: npm run docs)', () => {
  it('has a manual page and a document for the program and each command', () => {
    expect(pages.map(({ title }) => title).sort()).toEqual(
      ['ls-auth', ...ENTRIES.map(({ words }) => `ls-auth ${words}`)].sort(),
    )
    expect(files.size).toBe(2 * pages.length)
  })

  it.each([...files])('%s', (path, text) => {
    expect(existsSync(path) ? readFileSync(path, 'utf8') : 'no such file').toBe(text)
  })

  it('each manual page has the sections that people look for', () => {
    const pages = [...files].filter(([name]) => name.startsWith('man/'))
    const wanted = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES', 'FILES', 'EXIT STATUS']
    const lacking = pages.flatMap(([name, text]) =>
      wanted
        .filter((section) => !text.includes(`\n.SH ${section}\n`))
        .map((section) => `${name}: ${section}`),
    )
    expect(lacking).toEqual([])
  })

  it('holds nothing of a command that is gone', () => {
    expect(staleFiles(files)).toEqual([])
  })

  it('is known to npm', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).man).toEqual(manualPages(files))
  })

  it('every link leads to a page', () => {
    for (const [path, text] of files) {
      const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => `docs/reference/${link}`)
      if (path.endsWith('.md')) expect(links.filter((link) => !existsSync(link))).toEqual([])
      const named = [...text.matchAll(/see (ls\S+)\(1\)/g)].map(([, name = '']) =>
        name.replaceAll('\\-', '-'),
      )
      expect(named.filter((name) => !files.has(`man/${name}.1`))).toEqual([])
    }
  })
})

/** Words that roff and Markdown would read as their own. */
const ODD = `.SH 'x' \\fB --a-b "c" \`d\` ^e ~f | <g> *h* [i](j) é ✗`

const odd: Page = {
  name: 'ls-auth-odd',
  title: 'ls-auth odd',
  usage: 'ls-auth odd <word>',
  description: ODD,
  below: [],
  options: [{ heading: 'Options', entries: [{ term: '--odd <word>', does: ODD }] }],
  appendix: { examples: [{ does: ODD, line: ODD }], variables: [], exits: [], page: 'ls-auth-odd' },
  exits: [],
}

describe('a manual page', () => {
  it('begins no line with what would be a request', () => {
    const requests = manPage(odd)
      .split('\n')
      .filter((line) => /^[.']/.test(line))
    expect(requests.filter((line) => !/^\.(\\"|TH|SH|TP|PP|EX|EE|ad l|nh)/.test(line))).toEqual([])
    expect(requests.filter((line) => line.startsWith('.SH'))).toHaveLength(8)
  })

  it('writes a hyphen that can be copied', () => {
    expect(roff('--min-ttl')).toBe('\\-\\-min\\-ttl')
  })

  describe.skipIf(!needs({ commands: ['groff'], packages: ['groff'] }))('as groff prints it', () => {
    const print = (text: string) =>
      spawnSync('groff', ['-ww', '-man', '-Tutf8', '-rLL=300n', '-P-cbou'], { input: text, encoding: 'utf8' })

    it.each(pages.map((page) => [page.name, page] as const))('%s: no warning, examples whole', (_, page) => {
      const { stdout, stderr } = print(manPage(page))
      expect(stderr).toBe('')
      for (const { line } of page.appendix.examples) expect(stdout).toContain(`    ${line}\n`)
      for (const { entries } of page.options)
        for (const { term } of entries) expect(stdout).toContain(term.replace(/[<>]/g, ''))
    })

    it('odd words come out as they went in', () => {
      const { stdout, stderr } = print(manPage(odd))
      expect(stderr).toBe('')
      expect(stdout.split(ODD)).toHaveLength(6)
    })
  })

  it.skipIf(!needs({ commands: ['man'], packages: ['man-db'] }))('man finds nothing to warn of', () => {
    const env = { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' }
    const said = spawnSync('man', ['--warnings', '-l', ...manualPages(files)], { encoding: 'utf8', env })
    expect(said.stderr).toBe('')
    expect(said.stdout).toContain('ls-auth-trace-get - show one trace')
  })
})

it('a document shows odd words as they are', () => {
  const text = markdownPage(odd, [odd], [])
  expect(text).toContain('| `--odd <word>` | ')
  expect(text).toContain('\\| &lt;g> \\*h\\* \\[i\\](j)')
  expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3)
})

it('the first document links to those that are not made here', () => {
  const [program] = pages as [Page]
  const beside = [{ title: 'Settings', file: 'settings.md' }]
  expect(markdownPage(program, pages, beside)).toContain('\n## See also\n\n[Settings](settings.md)\n')
  expect(markdownPage(odd, [odd], beside)).not.toContain('settings.md')
})
