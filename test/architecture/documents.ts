import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(ROOT + path, 'utf8')
const isFile = (path: string): boolean => existsSync(ROOT + path) && statSync(ROOT + path).isFile()

/** A text for people who change the program. */
export interface Document {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

const GUIDES = [
  'CONTRIBUTING.md',
  'README.md',
  'SECURITY.md',
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** Every folder of the program, with forward slashes. */
const ROOMS: readonly string[] = [
  'src',
  ...readdirSync(`${ROOT}src`, { recursive: true, withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map((one) => posix.join(one.parentPath.slice(ROOT.length).replaceAll('\\', '/'), one.name)),
].sort()

/** The guides, and the README.md at the door of each room. */
export function readDocuments(): Document[] {
  const doors = ROOMS.map((room) => `${room}/README.md`).filter(isFile)
  return [...GUIDES, ...doors].map((path) => ({ path, text: read(path) }))
}

/** Rooms of more than one file that say nothing at their door. */
export function roomsWithoutDoor(rooms = ROOMS, doors: (room: string) => boolean = hasDoor): string[] {
  const tops = rooms.filter((room) => room.split('/').length === 2)
  return tops.filter((room) => sourcesIn(room).length > 1 && !doors(room))
}

const hasDoor = (room: string): boolean => isFile(`${room}/README.md`)

const sourcesIn = (room: string): string[] => readdirSync(ROOT + room).filter((name) => name.endsWith('.ts'))

/** What a document says of the repository that is not so, in words. */
export function mistakes(document: Document): string[] {
  const { path, text } = document
  const spans = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  const blocks = [...text.matchAll(/^ *```[\s\S]*?^ *```/gm)].map(([block]) => block)
  return [
    ...spans.flatMap((code) => misnamed(code, path)),
    ...blocks
      .flatMap((block) => block.match(/(?<![\w/.])(src|test|docs|build|bin|\.ci)\/[\w./-]+/g) ?? [])
      .filter((name) => !existsSync(ROOT + name))
      .map((name) => `there is no ${name}`),
    ...brokenLinks(withoutBlocks(text), path),
    ...unknownScripts([...spans, ...blocks].join('\n')),
  ].map((mistake) => `${path}: ${mistake}`)
}

const withoutBlocks = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```/gm, '')

/** A file, a folder, `file: function`, or a name with a capital inside or brackets behind it, such as `signIn`. */
function misnamed(code: string, from: string): string[] {
  const [, file, names = ''] = /^([\w./-]+(?:\.(?:ts|mjs|md)|\/))(?:: (.+))?$/.exec(code) ?? []
  if (file === undefined) {
    const [, name] = /^([A-Za-z]\w*)(?:\(\))?$/.exec(code) ?? []
    const meant = name !== undefined && (/[a-z][A-Z]|^[A-Z][a-z]/.test(name) || code.endsWith(')'))
    return meant && !EVERY_NAME.has(name) ? [`nothing is called ${name}`] : []
  }
  const found = placesOf(file, from).find((place) => existsSync(ROOT + place))
  if (found === undefined) return [`there is no ${file}`]
  const known = names === '' ? undefined : namesIn(found)
  return names
    .split(/, | and /)
    .filter((name) => name !== '' && !known?.has(name))
    .map((name) => `${found} has no ${name}`)
}

/** From the root, from `src/` as the guides write it, or from the document's own folder as a door does. */
const placesOf = (file: string, from: string): string[] =>
  [file, `src/${file}`, posix.join(posix.dirname(from), file)].map((place) => posix.normalize(place))

function brokenLinks(text: string, from: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', heading] = link.split('#')
      const place = file === '' ? from : posix.join(posix.dirname(from), file)
      return !existsSync(ROOT + place) || (heading !== undefined && !headingsOf(read(place)).has(heading))
    })
    .map((link) => `the link ${link} leads nowhere`)
}

/** As they are linked to: `## How to add a provider` is `how-to-add-a-provider`. */
function headingsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-')
  return new Set(headings.map(slug))
}

function unknownScripts(code: string): string[] {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...code.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name)
  return named.filter((name) => !Object.hasOwn(scripts, name)).map((name) => `there is no npm run ${name}`)
}

/** Every name the program and its tests give to something. */
const EVERY_NAME: ReadonlySet<string> = new Set(
  ['src', 'test'].flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...namesIn(`${folder}/${path}`)]),
  ),
)

/** What a file declares: functions, values, classes, types, and the members of those. */
function namesIn(path: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    const name = ts.isParameter(node) || ts.isImportSpecifier(node) ? undefined : nameOf(node)
    if (name !== undefined) found.add(name)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true))
  return found
}

function nameOf(node: ts.Node): string | undefined {
  if (!('name' in node) || node.name === undefined) return undefined
  const { name } = node as ts.Node & { readonly name: ts.Node }
  return ts.isIdentifier(name) ? name.text : undefined
}
