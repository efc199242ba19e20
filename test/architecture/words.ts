import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Something that people read, and where it stands. */
export interface Text {
  /** Such as `src/errors.ts:12`. */
  readonly place: string
  readonly text: string
}

/** Words that read as translated. CONTRIBUTING.md says how to write instead. */
const UNUSED: readonly RegExp[] = [
  /\bmend(s|ed|ing)?\b/i,
  /\b(nobody|somebody)\b/i,
  /\bnothing (is|says|has|names|tells|shows|can|makes|fits|goes|stands|could|there)\b/i,
  /\bthey say\b/i,
  /\blets? (you|people|anybody|it|a token|programs) in\b/i,
  /\bas (it|they|that) (is|are|was|were|stands?)\b/i,
  /\b(ones? that|of one's own|of its own accord)\b/i,
  /(?<!\bno )\bsuch\b(?!\s+as\b)/i,
  /\b(un)?told\b/i,
  /\bheed(s|ed|ing)?\b/i,
  /\banew\b/i,
  /\ball the same\b/i,
  /\b(to the letter|letter for letter)\b/i,
  /(?<!there )\b(is|are|was|be) no (?!(more|longer|less)\b)/i,
  /\b(is|are|was|were) (not )?there\b/i,
  /\bgo(es)? on\b/i,
  /(^|[.:;!?] )what (is|was|were|are|has|have|[a-z]+ed)\b(?![^.]*\?)/i,
  /\bmeanwhile\b/i,
  /\bsay so\b/i,
  /\bof before\b/i,
  /\btake (it|that|this) back\b/i,
]

/** The longest sentence, in words. A command and an address are one word, and code is none. */
const MOST_WORDS = 25

/** The words of a text that the house doesn't use. */
export function unusedWords(text: string): string[] {
  const prose = withoutCode(text)
  return UNUSED.flatMap((word) => word.exec(prose)?.[0] ?? [])
}

/** The sentences of a text that are too long. */
export function longSentences(text: string): string[] {
  return withoutCode(text)
    .split(/(?<=[.!?…]\**)\s+(?=["'(*]*(?:[A-Z0-9{«]|\[))|\n\s*\n/)
    .filter((sentence) => (sentence.match(/[\p{L}\p{N}][^\s]*/gu)?.length ?? 0) > MOST_WORDS)
}

const withoutCode = (text: string): string =>
  text
    .replace(/`[^`\n]*(\n[^`\n]*)?`/g, '«')
    .replace(/https?:\/\/[^\s)>"']+/g, 'URL')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(
      /\bls-auth [a-z-]+(?:(?: [a-z]+)?(?: (?:--?[\w-]+|"[^"]*"|'[^']*'|[A-Z_]{2,}|\{[^}]*\}))*)/g,
      'COMMAND',
    )

/** Every string of three words or more in `src`; a value in a template is `{}`. */
export function textsOfProgram(): Text[] {
  return sourceFiles().flatMap((path) => {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
    const found: Text[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) return
      const text = textOf(node)
      if (text !== undefined && isProse(text)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
        found.push({ place: `${path}:${line + 1}`, text })
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
    return found
  })
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')
}

/** Three words that people read: no script, no markup, no pattern, no list of names. */
const isProse = (text: string): boolean =>
  text.trim().split(/\s+/).length >= 3 &&
  /[a-z]{2}/.test(text) &&
  !/[<>{]\/?[a-z]+[^}]*>|\\[swb]|\n.*\n.*\n.*\n/s.test(text)

/** The parts of every comment in `src`, as of a cell; neighbouring lines of `//` are one comment. */
export function textsOfComments(): Text[] {
  return sourceFiles().flatMap((path) => {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
    return commentsIn(source).flatMap(({ pos, text }) => {
      const { line } = source.getLineAndCharacterOfPosition(pos)
      return text
        .split(/\n\s*\n|\n(?=- |\* |@)|;\s/)
        .map((part) => ({ place: `${path}:${line + 1}`, text: part }))
    })
  })
}

function commentsIn(source: ts.SourceFile): { pos: number; text: string }[] {
  const ranges = new Map<number, number>()
  const visit = (node: ts.Node): void => {
    const around = [
      ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.end) ?? []),
    ]
    if (node.kind !== ts.SyntaxKind.JsxText) for (const { pos, end } of around) ranges.set(pos, end)
    for (const child of node.getChildren(source)) visit(child)
  }
  visit(source)
  const comments: { pos: number; end: number; text: string }[] = []
  for (const [pos, end] of [...ranges].sort(([a], [b]) => a - b)) {
    const raw = source.text.slice(pos, end)
    const text = raw
      .replace(/^\/\*+|\*+\/$/g, '')
      .replace(/^[ \t]*(\/\/|\*(?= |$))[ \t]?/gm, '')
      .trim()
    const last = comments.at(-1)
    if (last && raw.startsWith('//') && /^\n[ \t]*$/.test(source.text.slice(last.end, pos))) {
      last.text += `\n${text}`
      last.end = end
    } else comments.push({ pos, end, text })
  }
  return comments.filter(({ text }) => !/^(biome-ignore|@ts-|v8 ignore|#__)/.test(text))
}

/** Paragraphs, list items and table cells of the guides, without blocks of code. In a cell `;` ends a sentence. */
export function textsOfGuides(): Text[] {
  return guides().flatMap((path) =>
    blocksOf(read(path)).map(({ line, text }) => ({ place: `${path}:${line}`, text })),
  )
}

/** README, CHANGELOG and the like, the doors of rooms, and all of `docs` but the reference, which `npm run docs` makes of the texts above. */
const guides = (): string[] => [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md') && !path.startsWith('docs/reference/'))
    .sort(),
  ...readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('README.md'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`),
]

function blocksOf(markdown: string): { line: number; text: string }[] {
  const blank = (block: string) => block.replace(/[^\n]/g, '')
  const prose = markdown.replace(/^---\n.*?\n---$/ms, blank).replace(/^ *```.*?^ *```$/gms, blank)
  const blocks: { line: number; text: string }[] = []
  let isOpen = false
  for (const [i, line] of prose
    .replace(/<!--.*?-->/gs, blank)
    .split('\n')
    .entries()) {
    if (/^\s*\|/.test(line)) {
      for (const cell of line.split(/(?<!\\)\||; /)) blocks.push({ line: i + 1, text: cell.trim() })
      isOpen = false
    } else if (line.trim() === '') isOpen = false
    else if (isOpen && !/^\s*([*#-]|\d+\.) /.test(line))
      (blocks.at(-1) as { text: string }).text += `\n${line.trim()}`
    else {
      blocks.push({ line: i + 1, text: line.replace(/^\s*([*#-]+|\d+\.) /, '').trim() })
      isOpen = !line.startsWith('#')
    }
  }
  return blocks
}

const read = (path: string): string => readFileSync(ROOT + path, 'utf8')

const sourceFiles = (): string[] =>
  readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
