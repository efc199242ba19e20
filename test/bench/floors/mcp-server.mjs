// floor-mcp: a server of the kit with one tool, which answers at once; bundled as ls-auth is, with Node's compile cache.
import { Server } from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'

serveStdio(
  () => {
    const server = new Server({ name: 'floor', version: '1' }, { capabilities: { tools: {} } })
    const inputSchema = { type: 'object', properties: {}, additionalProperties: false }
    server.setRequestHandler('tools/list', () => ({
      tools: [{ name: 'whoami', description: 'Who?', inputSchema }],
    }))
    server.setRequestHandler('tools/call', () => ({ content: [{ type: 'text', text: 'nobody' }] }))
    return server
  },
  { transport: new StdioServerTransport(process.stdin, process.stdout) },
)
