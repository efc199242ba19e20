import { NONE, type Scope } from '../model.ts'

/** Scopes by their name and version: one object for all spans of a library. */
export class Scopes {
  readonly #scopes = new Map<string, Map<string | undefined, Scope>>()

  /** The scope of this name; `undefined` without a name. */
  read(name: string | undefined, version: string | undefined): Scope | undefined {
    if (name === undefined) return undefined
    const versions = this.#scopes.get(name) ?? new Map<string | undefined, Scope>()
    this.#scopes.set(name, versions)
    const scope = versions.get(version) ?? {
      name,
      ...(version !== undefined && { version }),
      attributes: NONE,
    }
    versions.set(version, scope)
    return scope
  }
}
