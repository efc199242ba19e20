import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** One import of a file, whatever its form. */
export interface Import {
  /** As written: `../errors.ts`, `node:fs`, `chalk`. */
  readonly specifier: string
  /** It leaves nothing behind in the built program. */
  readonly typeOnly: boolean
}

/** What the rules look at in a file. */
export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly imports: readonly Import[]
  /** Names of the values that it exports; types are not among them. */
  readonly exports: readonly string[]
  /** Uses of the clock, chance and the process: `Date.now`, `new Date()`, `Math.random`, `process`, timers, `fetch`. */
  readonly impure: readonly string[]
  /** Uses of a preset's name that are more than handing it on for advice or showing it. */
  readonly decisions: readonly string[]
  /** Uses of `!` on anything but an index: `text[0]!` is an index known to be within bounds. */
  readonly assertions: readonly string[]
  /** Calls for their exception alone, of functions that the bundler takes for pure: it removes them. */
  readonly discarded: readonly string[]
  /** Ports that an object is spread from. */
  readonly spreadPorts: readonly string[]
  /** Identifiers and literal texts; comments are not among them. */
  readonly words: readonly string[]
  /** Statements that exist at run time (everything but types and imports). */
  readonly statements: number
}

/** A file that may use what others export. */
export type User = Pick<Source, 'path' | 'imports' | 'words'>

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Every file of the program. */
export function readProgram(): Source[] {
  return [...filesOf('src'), 'bin/ls-auth.js'].map((path) => parse(path, readFileSync(ROOT + path, 'utf8')))
}

/** The files beside the program: tests and the build. */
export function readUsers(): User[] {
  return [...filesOf('test'), ...filesOf('build'), ...filesOf('docs/examples')].map((path) =>
    skim(path, readFileSync(ROOT + path, 'utf8')),
  )
}

const filesOf = (room: string): string[] =>
  readdirSync(`${ROOT}${room}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|mjs)$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => `${room}/${path.replaceAll('\\', '/')}`)

/** Many times as fast as `parse`; words of comments are among its words. */
function skim(path: string, text: string): User {
  const { importedFiles } = ts.preProcessFile(text, true, true)
  const imports = importedFiles.map(({ fileName }) => ({ specifier: fileName, typeOnly: false }))
  return { path, imports, words: text.match(/[\w$]+/g) ?? [] }
}

export function parse(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const impure: string[] = []
  const words: string[] = []
  const decisions: string[] = []
  const assertions: string[] = []
  const discarded: string[] = []
  const spreadPorts: string[] = []
  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found) imports.push(found)
    const use = impurity(node)
    if (use) impure.push(use)
    if (ts.isIdentifier(node) || ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      words.push(node.text)
    }
    if (ts.isTemplateHead(node)) words.push(node.text)
    const joined = joinedText(node)
    if (joined !== undefined) words.push(joined)
    if (ts.isNonNullExpression(node) && !ts.isElementAccessExpression(node.expression)) {
      assertions.push(node.getText().slice(0, 60))
    }
    if (ts.isSpreadAssignment(node) && isPort(node.expression)) spreadPorts.push(node.getText())
    if (isDiscarded(node)) discarded.push(node.getText().slice(0, 60))
    if (decidesByName(node)) decisions.push(node.parent.getText().slice(0, 60))
    ts.forEachChild(node, visit)
  }
  visit(file)
  const types = file.statements.filter(
    (one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one) || ts.isImportDeclaration(one),
  )
  const statements = file.statements.length - types.length
  const exports = file.statements.flatMap(exportsOf)
  return { path, imports, exports, impure, decisions, assertions, discarded, spreadPorts, words, statements }
}

function importOf(node: ts.Node): Import | undefined {
  const named = (specifier: ts.Node | undefined, typeOnly: boolean) =>
    specifier && ts.isStringLiteralLike(specifier) ? { specifier: specifier.text, typeOnly } : undefined
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeImport(node.importClause))
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return named(node.argument.literal, true)
  const loads =
    ts.isCallExpression(node) &&
    (ts.isIdentifier(node.expression)
      ? node.expression.text === 'require'
      : node.expression.kind === ts.SyntaxKind.ImportKeyword)
  if (loads) {
    return named(node.arguments[0], false) ?? { specifier: '(computed)', typeOnly: false }
  }
  return undefined
}

function exportsOf(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause, isTypeOnly } = statement
    if (isTypeOnly || !exportClause || !ts.isNamedExports(exportClause)) return []
    return exportClause.elements.filter((one) => !one.isTypeOnly).map((one) => one.name.text)
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => namesOf(name))
  }
  const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)
  return isValue && statement.name ? [statement.name.text] : []
}

/** `{ a, b: [c] }` → a, c. */
const namesOf = (binding: ts.BindingName): string[] =>
  ts.isIdentifier(binding)
    ? [binding.text]
    : binding.elements.flatMap((one) => (ts.isBindingElement(one) ? namesOf(one.name) : []))

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.isTypeOnly) return true
  const bindings = clause.namedBindings
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false
  return bindings.elements.every((element) => element.isTypeOnly)
}

/** `'a' + 'b'` → `ab`: a name in two pieces is a name all the same. */
function joinedText(node: ts.Node): string | undefined {
  if (!ts.isBinaryExpression(node) || ts.isBinaryExpression(node.parent)) return undefined
  const pieces = (part: ts.Node): string[] | undefined => {
    if (ts.isStringLiteralLike(part)) return [part.text]
    if (!ts.isBinaryExpression(part) || part.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined
    const [left, right] = [pieces(part.left), pieces(part.right)]
    return left && right && [...left, ...right]
  }
  return pieces(node)?.join('')
}

/** `preset.id` or `preset.name` anywhere but as advice's argument, a member's value, or a piece of text. */
function decidesByName(node: ts.Node): boolean {
  if (ts.isBindingElement(node)) return bindsPresetName(node)
  if (!ts.isPropertyAccessExpression(node) || !/^(id|name)$/.test(node.name.text)) return false
  if (!/(^|\.)preset\)?$/.test(node.expression.getText())) return false
  const { parent } = node
  if (ts.isCallExpression(parent)) return !['hintFor', 'adviceFor'].includes(parent.expression.getText())
  return !ts.isPropertyAssignment(parent) && !ts.isTemplateSpan(parent)
}

function bindsPresetName(node: ts.BindingElement): boolean {
  const name = (node.propertyName ?? node.name).getText()
  const declaration = node.parent.parent
  const from = ts.isVariableDeclaration(declaration) ? (declaration.initializer?.getText() ?? '') : ''
  return name === 'id' && /(^|\.)preset$/.test(from)
}

const PURE_CALL =
  /^(void |new )*(decodeURI|decodeURIComponent|encodeURI|encodeURIComponent|BigInt|RegExp|URL|Number|String|Symbol|Date|JSON\.\w+|Math\.\w+)\(/

/** A statement that is nothing but such a call. */
const isDiscarded = (node: ts.Node): boolean =>
  ts.isExpressionStatement(node) && PURE_CALL.test(node.getText())

/** The ports by the names that they have everywhere: members of `Ports`, and the types of `src/ports/`. */
const PORT_NAME =
  /^(env|clock|terminal|signals|files|lock|keychain|https?|upstream|localServers|browser|programs)$/i
const PORT_TYPE =
  /^(Env|Clock|Terminal|Signals|Files|Lock|Keychain|Http|Upstream|LocalServers?|Browser|Programs|Screen|GrowingFile)$/

/** `terminal`, `ports.env`, `await ports.http(…)`, and any name that is declared with the type of a port. */
function isPort(value: ts.Expression): boolean {
  if (ts.isAwaitExpression(value) || ts.isParenthesizedExpression(value)) return isPort(value.expression)
  if (ts.isCallExpression(value)) return isPort(value.expression)
  if (ts.isPropertyAccessExpression(value)) return PORT_NAME.test(value.name.text)
  return ts.isIdentifier(value) && (PORT_NAME.test(value.text) || PORT_TYPE.test(typeOf(value) ?? ''))
}

/** The type that a parameter or variable in the surroundings of a name is declared with. */
function typeOf(use: ts.Identifier): string | undefined {
  for (let scope: ts.Node = use.parent; scope; scope = scope.parent) {
    const parameters = ts.isFunctionLike(scope) ? scope.parameters : []
    const variables =
      ts.isBlock(scope) || ts.isSourceFile(scope)
        ? scope.statements.flatMap((one) =>
            ts.isVariableStatement(one) ? one.declarationList.declarations : [],
          )
        : []
    for (const { name, type } of [...parameters, ...variables])
      if (ts.isIdentifier(name) && name.text === use.text && type) return type.getText()
  }
  return undefined
}

const GLOBALS = new Set(
  'process performance setTimeout setInterval setImmediate fetch console globalThis crypto'.split(' '),
)
const MEMBERS = new Set(['Date.now', 'Math.random'])

function impurity(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? 'new Date()' : undefined
  }
  if (ts.isPropertyAccessExpression(node)) {
    const text = `${node.expression.getText()}.${node.name.text}`
    return MEMBERS.has(text) ? text : undefined
  }
  if (!ts.isIdentifier(node) || !GLOBALS.has(node.text)) return undefined
  const { parent } = node
  const isName = 'name' in parent && parent.name === node
  return isName || ts.isQualifiedName(parent) || isLocal(node) ? undefined : node.text
}

/** Whether a name is a parameter or variable of its surroundings (a Jaeger trace has processes of its own). */
function isLocal(use: ts.Identifier): boolean {
  for (let scope: ts.Node = use.parent; scope; scope = scope.parent) {
    if (declares(scope, use.text)) return true
  }
  return false
}

function declares(scope: ts.Node, name: string): boolean {
  const binds = (binding: ts.BindingName): boolean => namesOf(binding).includes(name)
  const any = (list: ts.NodeArray<ts.VariableDeclaration> | undefined) =>
    list?.some((one) => binds(one.name)) ?? false
  if (ts.isFunctionLike(scope)) return scope.parameters.some((parameter) => binds(parameter.name))
  if (ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope)) {
    const { initializer } = scope
    return (
      initializer !== undefined && ts.isVariableDeclarationList(initializer) && any(initializer.declarations)
    )
  }
  if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) return false
  return scope.statements.some((one) => ts.isVariableStatement(one) && any(one.declarationList.declarations))
}
