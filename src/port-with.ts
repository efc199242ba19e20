/**
 * A port with some of its members replaced. A spread would lose those that it inherits, and call its getters, which ask the
 * system, before anyone needs them.
 */
export const portWith = <T extends object>(port: T, own: Partial<T>): T =>
  Object.create(port, Object.getOwnPropertyDescriptors(own))
