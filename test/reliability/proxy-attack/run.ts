import type { Attack, AttackGroup, Outcome, Scene } from './attack.ts'
import { headers } from './headers.ts'
import { hosts } from './hosts.ts'
import { methods } from './methods.ts'
import { ownerIsServed } from './owner.ts'
import { pages } from './pages.ts'
import { paths } from './paths.ts'
import { secrets } from './secrets.ts'
import { slow } from './slow.ts'
import { smuggling } from './smuggling.ts'
import { sockets } from './sockets.ts'
import { users } from './users.ts'

/** In this order: wrong secrets last, which make the next ones wait. */
export const GROUPS: readonly AttackGroup[] = [
  pages,
  hosts,
  paths,
  methods,
  smuggling,
  headers,
  sockets,
  slow,
  users,
  secrets,
]

/** What came of attacks. */
export interface Tally {
  readonly attacks: number
  /** Attacks that got what they wanted. */
  readonly through: number
  /** Attacks whose answers held the token. */
  readonly tokens: number
  /** How often the owner was served right behind an attack. */
  readonly owner: number
}

export const tallyLine = ({ attacks, through, tokens, owner }: Tally): string =>
  `attacks=${attacks} through=${through} tokens=${tokens} owner=${owner}/${attacks}`

/** Makes each attack of a group, and one request of the owner behind each. `tell` hears of what should not be. */
export async function attackAll(
  { name, attacks }: Pick<AttackGroup, 'name' | 'attacks'>,
  scene: Scene,
  tell: (line: string) => void,
): Promise<Tally> {
  let [through, tokens, owner] = [0, 0, 0]
  for (const attack of attacks) {
    scene.api.reached()
    const outcome = await attack.run(scene)
    const isServed = await ownerIsServed(scene)
    if (isServed) owner += 1
    else tell(`the owner is not served: ${name}: ${attack.name}`)
    if (isThrough(attack, outcome, scene)) {
      through += 1
      tell(`through: ${name}: ${attack.name}`)
    }
    if (holdsToken(outcome.heard, scene.token)) {
      tokens += 1
      tell(`the token: ${name}: ${attack.name}`)
    }
  }
  return { attacks: attacks.length, through, tokens, owner }
}

function isThrough({ through }: Attack, outcome: Outcome, scene: Scene): boolean {
  const reached = scene.api.reached()
  return outcome.through === true || (through ? through(reached, scene) : reached.length > 0)
}

/** A part will do: the signature of a JWT is what matters. */
const holdsToken = (heard: string, token: string): boolean => heard.includes(token.slice(-24))

/** The short form: seconds, and no browser. */
export const shortForm = (groups: readonly AttackGroup[]): AttackGroup[] =>
  groups
    .filter(({ long }) => long !== true)
    .map((group) => ({ ...group, attacks: group.attacks.filter(({ long }) => long !== true) }))

export const sum = (tallies: readonly Tally[]): Tally =>
  tallies.reduce((a, b) => ({
    attacks: a.attacks + b.attacks,
    through: a.through + b.through,
    tokens: a.tokens + b.tokens,
    owner: a.owner + b.owner,
  }))
