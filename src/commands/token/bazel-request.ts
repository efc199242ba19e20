import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { Terminal } from '../../ports/terminal.ts'

const MOST_BYTES = 64 * 1024

/**
 * The address that Bazel wants credentials for, from standard input: `{"uri": "https://…"}` (credential helper protocol,
 * EngFlow/credential-helper-spec). Failure `usage`: it is no such request.
 */
export async function readBazelRequest(terminal: Terminal): Promise<URL> {
  const text = await terminal.readAll(MOST_BYTES)
  const uri = uriIn(text)
  if (typeof uri === 'string' && URL.canParse(uri)) return new URL(uri)
  throw new Failure('usage', 'standard input holds no request of Bazel', {
    hint: 'Bazel sends one: {"uri": "https://…"}. See: ls-auth token --help',
  })
}

function uriIn(text: string): unknown {
  try {
    const request: unknown = JSON.parse(text)
    return isObject(request) ? request.uri : undefined
  } catch {
    return undefined
  }
}
