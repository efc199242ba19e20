/** Reads traces from a file or from a back end, masks them, and draws them. */
import { openBackend, type Send } from '../../src/backends/index.ts'
import * as traces from '../../src/trace/index.ts'

/** Bytes of a file in any format, as lines: each trace with what failed first in it. */
export function* draw(bytes: Uint8Array, width = 100): Generator<string> {
  for (const trace of traces.readTraces(bytes)) {
    const tree = traces.buildTree(traces.maskTrace(trace).trace)
    yield* traces.renderWaterfall(tree, { width, unicode: true, style: traces.UNSTYLED })
    for (const node of traces.rootCauses(tree)) yield `failed first: ${tree.span(node).name}`
  }
}

/** One trace of a Tempo; `token`: whose it is, from the library `session` or from elsewhere. */
export async function fromTempo(base: URL, id: string, token: string): Promise<traces.Trace> {
  const send: Send = async ({ path, query = {}, accept = 'application/json' }) => {
    const url = new URL(`.${path}?${new URLSearchParams(query)}`, base)
    const answer = await fetch(url, { headers: { accept, authorization: `Bearer ${token}` } })
    if (!answer.ok && answer.status !== 404) throw new traces.Failure('api-failed', `HTTP ${answer.status}`)
    const body = new Uint8Array(await answer.arrayBuffer())
    const json = () => JSON.parse(Buffer.from(body).toString())
    const headers = Object.fromEntries(answer.headers)
    return { status: answer.status, headers, body, maxBytes: 2 ** 26, json }
  }
  const snapshotConsent = () => Promise.reject(new traces.Failure('cannot-do', 'Tempo takes no snapshots'))
  const access = { base, place: {}, send, now: Date.now, snapshotConsent }
  return (await openBackend('tempo', access)).trace(traces.parseSpanOrTraceId(id))
}
