import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createMcpHandler, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Invocation } from '../../commands/invocation.ts'
import type { ProxyDoor } from '../../commands/proxy/open-proxy.ts'
import type { LocalExchange } from '../../ports/ports.ts'
import type { Profile } from '../../settings/profile.ts'
import { bridgeService } from './bridge.ts'
import type { Allowed } from './offered.ts'

/** What a caller may say of one message, beside its body: the address, the sign-in and the page it comes from are ours. */
const HEADERS = /^(?:accept|content-type|mcp-[a-z-]+|last-event-id)$/

/**
 * The MCP server of a profile at a local proxy, for clients that speak HTTP themselves: judged as by `mcp --connect`. The body
 * alone says which tool is meant.
 */
export async function openMcpDoor(
  invocation: Invocation,
  { api, client: { resource } }: Profile,
  allowed: Allowed,
): Promise<ProxyDoor> {
  const isOwn = resource !== undefined && URL.canParse(resource) && new URL(resource).origin === api.origin
  const bridge = await bridgeService(invocation, {
    ...{ allowed, connect: isOwn ? new URL(resource) : api, way: 'mcp-proxy' },
    maxCalls: Number.POSITIVE_INFINITY,
    maxBytes: Number.POSITIVE_INFINITY,
  })
  const serverOf = () => bridge.serverOf((cancelled, call) => call(cancelled))
  const handler = createMcpHandler(serverOf, { legacy: 'stateless' })
  return {
    name: 'the MCP server',
    readRoutes: ['GET', 'POST', 'DELETE'].map((method) => ({ method, path: '/' })),
    async answer(exchange) {
      const { method, headers } = exchange.request
      const pairs = headers.flatMap((name, i) =>
        i % 2 === 0 && HEADERS.test(name.toLowerCase()) ? [[name, headers[i + 1] ?? ''] as const] : [],
      )
      const body = method === 'POST' ? await text(exchange.body()) : undefined
      const refused = body === undefined ? undefined : batch(body)
      if (refused) {
        exchange.refuse(400, refused)
        return 400
      }
      const sent = { method, headers: pairs.map(([name, value]): [string, string] => [name, value]) }
      const request = new Request('http://127.0.0.1/', {
        ...sent,
        signal: exchange.gone,
        ...(body !== undefined && { body }),
      })
      return stream(exchange, await handler.fetch(request))
    },
    async close() {
      await handler.close()
      await bridge.close?.()
    },
  }
}

/** The refusal of several messages in one (they aren't part of the protocol since 2025-06-18); undefined: it is one. */
function batch(body: string): string | undefined {
  if (!body.trimStart().startsWith('[')) return undefined
  const error = { code: ProtocolErrorCode.InvalidRequest, message: 'One message at a time: no batches' }
  return `${JSON.stringify({ jsonrpc: '2.0', id: null, error })}\n`
}

async function stream(exchange: LocalExchange, { status, headers, body }: Response): Promise<number> {
  const read = body === null ? Readable.from([]) : Readable.fromWeb(body as never)
  await exchange.stream({ status, headers: Object.fromEntries(headers), body: read }, undefined)
  return status
}
