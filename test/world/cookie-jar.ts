interface Cookie {
  readonly host: string
  readonly path: string
  readonly name: string
  readonly value: string
}

/**
 * The cookies of one browser. Like a real one it separates them by host and path, not by port,
 * and the provider depends on it: every step of a sign-in has its own path.
 */
export class CookieJar {
  #cookies: Cookie[] = []

  /** Takes in the `Set-Cookie` headers of an answer from `url`. */
  store(url: URL, setCookie: readonly string[] = []): void {
    for (const line of setCookie) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const equals = pair.indexOf('=')
      const attribute = (name: string) =>
        attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
      const cookie = {
        host: url.hostname,
        path: attribute('path') ?? '/',
        name: pair.slice(0, equals),
        value: pair.slice(equals + 1),
      }
      const expires = attribute('expires')
      this.#cookies = this.#cookies.filter(
        (kept) => kept.host !== cookie.host || kept.path !== cookie.path || kept.name !== cookie.name,
      )
      if (cookie.value && !(expires && Date.parse(expires) <= Date.now())) this.#cookies.push(cookie)
    }
  }

  /** The `Cookie` header for a request, empty when there is nothing to send. */
  header(url: URL): string {
    return this.#cookies
      .filter(({ host, path }) => host === url.hostname && isBelow(url.pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }
}

function isBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`)
}
