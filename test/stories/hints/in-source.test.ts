import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandsIn, filled } from './commands-in.ts'
import { openPlace, type Place } from './place.ts'

const SRC = fileURLToPath(new URL('../../../src', import.meta.url))
/** The words of help, which other tests type, and the scripts of shells. */
const HELP = /^(cli|frame)\/|verbs\/(completion|skill(-text)?)\.ts$/

/** What stands for a value that only the running program knows; a number where its unit follows. */
const hole = (next: string): string => (/^[a-z]/.test(next) ? '1' : 'VALUE')

/** Every text in the source that names a command of ours, whatever makes it show. */
const TEXTS: readonly (readonly [file: string, text: string])[] = readdirSync(SRC, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts') && !HELP.test(file))
  .flatMap((file) => textsOf(file).map((text) => [file, text] as const))
  .filter(([, text]) => commandsIn(text).length > 0)

function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.Latest)
  const found: string[] = []
  const walk = (node: ts.Node): void => {
    // An example of help.
    if (ts.isPropertyAssignment(node) && node.name.getText(source) === 'line') return
    if (ts.isStringLiteralLike(node)) found.push(node.text)
    if (ts.isTemplateExpression(node)) {
      found.push(
        [node.head.text, ...node.templateSpans.map(({ literal }) => hole(literal.text) + literal.text)].join(
          '',
        ),
      )
    }
    ts.forEachChild(node, walk)
  }
  walk(source)
  return found
}

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

/** A person who is signed in, and whose default profile is `work`; `corp` is in the file of the system. */
async function signIn(): Promise<void> {
  await place.renew()
  const system = join(place.world.home, 'etc', 'config.toml')
  await mkdir(dirname(system))
  await writeFile(system, '[profiles.corp]\napi = "http://127.0.0.1:1"\nauthorization = "none"\n')
  await place.world.writeConfig(`default_profile = "work"\n${place.profile('work')}`)
  const { exit, stderr } = await place.world.type('ls-auth login')
  expect(exit, stderr).toBe(0)
}

const values = () => ({
  '--issuer': place.stage.provider.issuer,
  '--client-id': place.stage.provider.clientId,
  '--api': place.stage.gateway.url,
  '--backend': 'tempo',
  '--attr': 'app.kubernetes.io/name=web',
  '--audience': 'api://traces',
  '--scope': 'traces:read',
  '--scopes': 'openid',
  '--file': place.file,
  '--min-ttl': '1s',
  '--port': '8765',
  '--profile': 'work',
  '--project': 'prod',
  '--query': '{}',
  '--store-key-file': '~/k.key',
  '--trace': place.stage.trace.traceId,
  'use NAME': 'work',
  'use VALUE': 'work',
  'show VALUE': 'work',
  'remove VALUE': 'work',
  'add VALUE': 'corp',
  'login URL': place.stage.gateway.url,
  'profile use VALUE': 'work',
  'set KEY': 'leeway',
  'store_key_file PATH': '~/k.key',
  'KEY VALUE': '30s',
  'set VALUE': 'leeway',
  'VALUE VALUE': '30s',
  'VALUE NAME': '30s',
  'audience VALUE': 'api://traces',
  'scopes VALUE': 'openid',
  'access.read.scopes NAME': 'traces:read',
  'access.read.groups NAME': 'ops',
  tenant: 'acme',
  'services VALUE': '--json',
  CMD: 'true',
  'login VALUE': '--paste',
  'get ID': place.stage.spanId,
  'get VALUE': place.stage.spanId,
  '--ids': '-',
  SPAN_ID: place.stage.spanId,
  'get FILE': place.file,
  'diff ID': place.stage.spanId,
  // Both sides.
  'diff VALUE': `${place.stage.spanId}" "${place.stage.spanId}`,
  'attributes NAME': 'service.name',
  'ID ID': place.stage.spanId,
})

describe('a command that any text of the program names', () => {
  it.each(TEXTS)('%s: %s', async (_, text) => {
    for (const words of commandsIn(text)) {
      await signIn()
      const typed = filled(words, values())
      // A proxy goes on for hours.
      const line = /^ls-auth proxy --port/.test(typed) ? `${typed} --ttl 1s` : typed
      place.world.stdin = [/--ids/.test(line) ? place.stage.spanId : place.stage.trace.traceId]
      // These wait for a person: that they are understood shows at a provider that is out of order.
      const waits = /--(device|paste|no-browser)/.test(line)
      place.stage.provider.tamper = waits ? { discovery: () => ({ status: 500, raw: '' }) } : {}
      const { exit, stderr } = await place.world.type(line)
      // It may fail for another reason than how it is written: a back end that lacks what is asked for.
      expect(
        exit === 2 && !/^(error: |\{"error":).*(Lightstep|no snapshot|may bind your sign-in)/.test(stderr),
        `${line}\n${stderr}`,
      ).toBe(false)
      expect(exit).not.toBe(1)
    }
  })
})
