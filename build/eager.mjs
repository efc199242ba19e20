// @ts-check
import { parseAst } from 'rolldown/parseAst'

/** Packages that few runs use, or of which they use little. */
const SELDOM = /node_modules[\\/](?!commander|smol-toml)/

/**
 * Puts functions of the program in parentheses. V8 compiles those as it loads the file, so that Node's compile cache holds
 * them; it has no other function, which is compiled anew at every start (`npm run bench -- start`). Methods, and
 * async arrow functions, stay as they are: V8 takes no hint there. A function declaration becomes a variable at the top of
 * the file, which is what hoisting makes of it.
 *
 * @type {import('rolldown').Plugin}
 */
export const eagerFunctions = {
  name: 'eager-functions',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk' || chunk.moduleIds.some((id) => SELDOM.test(id))) continue
      chunk.code = eager(chunk.code)
    }
  },
}

/** @param {string} code a CommonJS file, minified */
export function eager(code) {
  const program = parseAst(code, { lang: 'js', sourceType: 'script' })
  /** @type {[at: number, text: string, next?: number][]} */
  const signs = []
  /** @param {any} node @param {any} [parent] */
  const visit = (node, parent) => {
    if (node === null || typeof node !== 'object') return
    if (isFunction(node, parent)) signs.push([node.start, '('], [node.end, ')'])
    // The variable gives it its name.
    if (node.type === 'FunctionDeclaration' && parent.type === 'Program')
      signs.push([node.id.start - Number(code[node.id.start - 1] === ' '), '', node.id.end])
    for (const child of Object.values(node)) visit(child, Array.isArray(node) ? parent : node)
  }
  visit(program)
  // Of two at one place, the end of a function stands before the beginning of the next.
  signs.sort(([at, text], [other, one]) => at - other || one.charCodeAt(0) - text.charCodeAt(0))
  let position = 0
  /** Copies up to `end`, with the signs on the way. */
  const copy = (/** @type {number} */ end) => {
    let copied = ''
    while (signs[0] && (signs[0][0] < end || (signs[0][0] === end && signs[0][1] === ')'))) {
      const [at, text, next = at] = /** @type {[number, string, number?]} */ (signs.shift())
      copied += code.slice(position, at) + text
      position = next
    }
    copied += code.slice(position, end)
    position = end
    return copied
  }
  let functions = ''
  let others = ''
  for (const statement of program.body) {
    others += copy(statement.start)
    if (statement.type === 'FunctionDeclaration')
      functions += `var ${statement.id?.name}=${copy(statement.end)};`
    else others += copy(statement.end)
  }
  return functions + others + copy(code.length)
}

/** @param {any} node @param {any} parent */
function isFunction(node, parent) {
  if (node.type === 'FunctionDeclaration') return parent.type === 'Program'
  if (node.type === 'ArrowFunctionExpression') return !node.async
  return (
    node.type === 'FunctionExpression' &&
    parent.type !== 'MethodDefinition' &&
    !parent.method &&
    parent.kind !== 'get' &&
    parent.kind !== 'set'
  )
}
