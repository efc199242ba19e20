import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { manPage } from './man-page.ts'
import { type Beside, fileOf, MADE, markdownPage } from './markdown-page.ts'
import { referencePages } from './pages.ts'

const FOLDERS = { man: 'man', documents: 'docs/reference' } as const

/** Every file of the reference by its path from the root, with its text. */
export async function referenceFiles(): Promise<ReadonlyMap<string, string>> {
  const pages = await referencePages()
  const beside = documentsBeside()
  return new Map([
    ...pages.map((page) => [`${FOLDERS.man}/${page.name}.1`, manPage(page)] as const),
    ...pages.map(
      (page) => [`${FOLDERS.documents}/${fileOf(page)}`, markdownPage(page, pages, beside)] as const,
    ),
  ])
}

/** The manual pages among them, as package.json names them. */
export const manualPages = (files: ReadonlyMap<string, string>): string[] =>
  [...files.keys()].filter((path) => path.startsWith(`${FOLDERS.man}/`)).map((path) => `./${path}`)

/** Files that were made for a command that is gone. */
export const staleFiles = (files: ReadonlyMap<string, string>): string[] =>
  [...filesIn(FOLDERS.man), ...filesIn(FOLDERS.documents).filter(isMade)].filter((path) => !files.has(path))

/** Documents in the same folder that have another origin. */
function documentsBeside(): Beside[] {
  const paths = filesIn(FOLDERS.documents).filter((path) => path.endsWith('.md') && !isMade(path))
  return paths.map((path) => {
    const file = path.replace(/^.*\//, '')
    return { file, title: /^# (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? file }
  })
}

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => `${folder}/${name}`)
    : []

const isMade = (path: string): boolean => readFileSync(path, 'utf8').startsWith(MADE)
