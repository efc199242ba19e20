import type { Host } from './zipkin-host.ts'

/** Which of the four members of a host are looked at, as the bits of a number. */
type Members = number
const ALL = 0b1111

/**
 * Finds what is at a host that resembles another one, without going through all: thousands of answers to one id, each with
 * thousands of children, would take minutes. What is found stands in the order that it was given in.
 */
export class Resembling<One extends { readonly host: Host }> {
  /** By the members that a host tells, and the values of some of them. */
  readonly #found = new Map<string, One[]>()

  constructor(all: readonly One[]) {
    for (const one of all) {
      const told = toldBy(one.host)
      for (let common = 1; common <= ALL; common++) {
        if ((told & common) !== common) continue
        const key = keyOf(told, common, one.host)
        const known = this.#found.get(key)
        if (known) known.push(one)
        else this.#found.set(key, [one])
      }
    }
  }

  /** In one list for each choice of members that a host may tell: those that both tell have to be equal. */
  of(host: Host): (readonly One[])[] {
    const lists: (readonly One[])[] = []
    for (let told = 1; told <= ALL; told++) {
      const common = told & toldBy(host)
      const list = common > 0 ? this.#found.get(keyOf(told, common, host)) : undefined
      if (list) lists.push(list)
    }
    return lists
  }
}

const toldBy = ({ members }: Host): Members =>
  members.reduce((told, member, i) => (member === '' ? told : told | (1 << i)), 0)

const keyOf = (told: Members, common: Members, { members }: Host): string =>
  JSON.stringify([told, ...members.map((member, i) => (common & (1 << i) ? member : ''))])
