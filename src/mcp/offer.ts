import type { Verb } from '../backends/backend.ts'
import { type Price, priceAt } from '../backends/prices.ts'
import { type BackendId, backendOf } from '../backends/table.ts'
import type { Profile } from '../settings/profile.ts'
import { ABOUT_DATA } from '../trace/render/data-block.ts'
import type { Tool } from './tool.ts'
import { allTools } from './tools.ts'

/** Facts about the tools here that need no request. */
export interface Offer {
  /** Undefined: the back end is unknown. */
  readonly backend: BackendId | undefined
  /** A person allows what is paid for (`--snapshot`). */
  readonly paid: boolean
}

/** A tool, and whether a call of it may spend something. */
export interface OfferedTool extends Tool {
  readonly spends: boolean
}

/** The tools for an agent that reads as this profile. */
export const offerOf = (
  { resolved, saved, backend }: Pick<Profile, 'resolved' | 'saved' | 'backend'>,
  paid: boolean,
): Offer => ({
  backend: !saved && resolved.backend.source === 'default' ? undefined : backend,
  paid,
})

/** The tools, each with what its back end cannot do or what a call costs there. */
export const toolsFor = async (offer: Offer): Promise<readonly OfferedTool[]> =>
  (await allTools()).map((tool) => ({
    ...tool,
    description: [tool.description, ...limitOf(tool, offer)].join(' '),
    spends: offer.paid && priceOf(tool.verb, offer) !== undefined,
  }))

function limitOf({ verb }: Tool, offer: Offer): string[] {
  if (verb === undefined || offer.backend === undefined) return []
  const { name, capabilities } = backendOf(offer.backend)
  const can = capabilities[verb]
  if (can !== true) return [`Not here: ${name} cannot, as ${can.why}.`]
  const price = priceOf(verb, offer)
  return price === undefined ? [] : [offer.paid ? price.cost : price.without]
}

const priceOf = (verb: Verb | undefined, { backend }: Offer): Price | undefined =>
  verb && backend && priceAt(backend, verb)

/** What the client tells the model of the server. */
export function instructionsFor(offer: Offer): string {
  const canSearch = offer.paid || priceOf('search', offer) === undefined
  const begin = canSearch ? 'search_traces or get_trace' : 'get_trace'
  return `Reads distributed traces as the person who is signed in with ls-auth; every call is logged under that person's name. \
Begin with ${begin}. Each answer is bounded and says how to get more. ${ABOUT_DATA}`
}
