import type { Provider } from 'oidc-provider'

/**
 * Loads oidc-provider without its notice about Node 20 (it prints at import, to stderr).
 * Our tests assert on stderr, so the world must not write there.
 */
export async function loadOidcProvider(): Promise<typeof Provider> {
  const terminal = globalThis.console
  const { warn, info } = terminal
  terminal.warn = () => undefined
  terminal.info = () => undefined
  try {
    return (await import('oidc-provider')).Provider
  } finally {
    Object.assign(terminal, { warn, info })
  }
}
