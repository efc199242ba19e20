import type { RedirectRule } from './behaviour.ts'

/** Whether a provider with this rule would send its answer to the URI of a request. */
export function allowsRedirect(rule: RedirectRule, uri: string): boolean {
  if (!URL.canParse(uri)) return false
  if (rule.compare === 'exact') return rule.registered.includes(uri)
  const url = new URL(uri)
  if (url.protocol !== 'http:') return false
  if (rule.compare === 'any-loopback') return rule.hosts.includes(url.hostname)
  return rule.registered.some((registered) => {
    const other = new URL(registered)
    return other.hostname === url.hostname && other.pathname === url.pathname
  })
}
