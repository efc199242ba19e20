import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Rooms that read what others wrote of a failure; the rest of `trace` reads traces, whose words are its subject. */
const FILES = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !path.startsWith('src/trace/'))

const LOOKS = /^(test|exec|match|matchAll|includes|startsWith|endsWith|indexOf|search)$/
/** Names of words that a library, a server or another program wrote about a failure. */
const WORDS = /\b(message|messages|said|says|words|stderr|description|detail)\b/
const SOURCES =
  /\.(message|stderr|detail)\b|\b(plainText|errorDetail|errorText|errorWords|messageOf|jaegerMessage)\(/

/** Expressions that look for something in such words. */
function looksAtWords(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const known = new Set<string>()
  const found: string[] = []
  const isForeign = (node: ts.Node) => {
    const written = node.getText()
    if (/\.(status|code)$/.test(written)) return false
    return WORDS.test(written) || SOURCES.test(written) || known.has(written)
  }
  const isText = (node: ts.Node) => ts.isStringLiteralLike(node) && /[ `]/.test(node.text)
  const visit = (node: ts.Node): void => {
    if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      SOURCES.test(node.initializer?.getText() ?? '')
    )
      known.add(node.name.text)
    const looks =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      LOOKS.test(node.expression.name.text) &&
      [node.expression.expression, ...node.arguments].some(isForeign)
    const compares =
      ts.isBinaryExpression(node) &&
      /^[!=]==$/.test(node.operatorToken.getText()) &&
      ((isText(node.left) && isForeign(node.right)) || (isText(node.right) && isForeign(node.left)))
    if (looks || compares) found.push(node.getText().replace(/\s+/g, ' '))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

type Allowed = Readonly<Record<string, readonly [most: number, why: string]>>

/** Words choose a hint or the sentence of a failure; exit status and what happens are the same with any words. */
const ADVICE: Allowed = {
  'src/api/refusal/denial.ts': [5, 'status and challenge decide; the description says what to do'],
  'src/api/refusal/step-up.ts': [
    3,
    'which claims of the token are shown beside a denial; our own Apache recipe names one',
  ],
  'src/backends/gateways.ts': [
    8,
    'status, a header and the shape of its JSON decide; plain text is exit 6 either way; a web page is not shown',
  ],
  'src/commands/json-fields.ts': [1, 'jq has no codes: exit 2 before, exit 6 after'],
  'src/mcp/serve.ts': [1, 'the error of a protocol, which ends nothing'],
  'src/providers/hints.ts': [2, 'a description decides nothing else by its type (Hint); AADSTS is a code'],
  'src/system/http/network-failure.ts': [
    1,
    'where Node has EPROTO alone, OpenSSL has words: exit 6 in any case',
  ],
  'src/system/keychain.ts': [1, 'keytar has no codes: exit 8 in any case'],
  'src/backends/lightstep/lightstep-api.ts': [5, 'a 401 is exit 11, a 404 exit 7 either way'],
  'src/backends/tempo/tempo-metrics.ts': [2, 'a 400 is exit 2, a 500 is exit 6'],
  'src/backends/tempo/tempo-search.ts': [2, 'a 400 is exit 2 either way'],
  'src/backends/tempo/tempo-reader.ts': [4, 'a 401 is exit 11, a 500 and a 422 are exit 6'],
}

/** A code in a member that is made for words: it is compared whole with the codes that a preset names. */
const CODE_AS_WORDS: Allowed = {
  'src/session/answers/provider-errors.ts': [1, 'Cognito sends the code invalid_scope as a description'],
}

describe('words of others', () => {
  const program = new Map(
    FILES.map((path) => [path, looksAtWords(path, readFileSync(ROOT + path, 'utf8'))] as const),
  )
  const allowed = { ...ADVICE, ...CODE_AS_WORDS }

  it('decide nothing, but for what is listed here with a reason', () => {
    const unlisted = [...program].filter(([path, found]) => found.length > (allowed[path]?.[0] ?? 0))
    expect(unlisted).toEqual([])
    expect(Object.keys(allowed).filter((path) => (program.get(path) ?? []).length === 0)).toEqual([])
  })

  it.each([
    'if (/"nonce"/.test(error.message)) throw refused',
    "const { message } = cause; if (message.includes('expired')) retry()",
    "const text = plainText(answer); if (text.startsWith('no org')) throw noTenant()",
    "if (said === 'not signed in') login()",
    'const kind = KINDS.find(([pattern]) => pattern.test(error.stderr))',
  ])('are seen: %s', (source) => {
    expect(looksAtWords('src/a.ts', source)).toHaveLength(1)
  })

  it.each([
    "if (error.code === 'ENOENT') return",
    'if (RETRIED.includes(answer.status)) retry()',
    "warn('said no')",
  ])('are not: %s', (source) => {
    expect(looksAtWords('src/a.ts', source)).toEqual([])
  })
})
