import type { Browser } from '../ports/ports.ts'

/**
 * The user's browser, by the `open` package. A launcher that starts is not a page that shows, so callers print
 * the URL as well. The URL must have been checked before: only https, or http to a loopback host.
 */
export const userBrowser: Browser = {
  async open(url) {
    const { default: open } = await import('open')
    try {
      const child = await open(url.href)
      // A launcher that cannot start emits `error` later; without a listener that would be an uncaught exception.
      child.on('error', () => {})
      child.unref()
      return true
    } catch {
      return false
    }
  },
}
