import { jsonObject } from '../../json-object.ts'
import type { Gateway, Refusal, Refused } from './gateway.ts'
import { grafana } from './grafana.ts'
import { observatorium } from './observatorium.ts'
import { vmauth } from './vmauth.ts'

const KNOWN: readonly Gateway[] = [observatorium, grafana, vmauth]

/** A gateway that was recognised. */
export interface SeenGateway extends Pick<Gateway, 'name' | 'filters'> {
  /** How, and what else its address says. */
  readonly how: string
}

/** Which gateway answers at a base URL, by the address or by the headers of its answers; undefined: none that is known. */
export function gatewaySeen(base: URL, headers: Refused['headers'] = {}): SeenGateway | undefined {
  for (const { name, filters, at, isSeenIn } of KNOWN) {
    const says = at(base)
    if (says !== undefined)
      return { name, filters, how: says === '' ? 'by its address' : `${says}, by its address` }
    if (isSeenIn?.(headers)) return { name, filters, how: 'by its headers' }
  }
  return undefined
}

/** What the answer of a known gateway means; undefined: an answer like any other. `body`: without the token. */
export function explainRefusal(
  answer: Omit<Refused, 'json' | 'body'> & { readonly body: Buffer },
): Refusal | undefined {
  const head = answer.body.subarray(0, 4096)
  const refused: Refused = { ...answer, body: head.toString('utf8'), json: jsonObject(head) }
  for (const gateway of KNOWN) {
    const refusal = gateway.explain(refused)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
