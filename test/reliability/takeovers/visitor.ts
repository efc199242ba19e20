import { connect } from 'node:net'
import { browse } from '../../world/browser.ts'

/**
 * `node visitor.mjs ADDRESS USER WAY...`: a program of some user of the machine, who has seen the address that a browser
 * was given and wants to sign in there as USER. A way is the address it comes from, or `closes`: it asks and hangs up.
 * Prints a line for each way: what came of it.
 */
const [address = '', user = '', ...ways] = process.argv.slice(2)

/** Five times, since each of them would use the page up. */
async function askAndClose(): Promise<string> {
  const { host, port, pathname } = new URL(address)
  for (let n = 0; n < 5; n++)
    await new Promise((resolve) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {}).once('close', resolve)
      socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, () => socket.destroy())
    })
  return 'closed'
}

for (const way of ways) {
  const page = way === 'closes' ? askAndClose() : browse(address, { user, from: way })
  const outcome = await page.then(
    (came) => (typeof came === 'string' ? came : `${came.status}`),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
  process.stdout.write(`${way} ${outcome}\n`)
}
