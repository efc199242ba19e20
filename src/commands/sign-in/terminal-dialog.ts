import { REASONS } from '../../session/flow/display.ts'
import type { DevicePrompt, LoginDialog } from '../../session/flow/login-dialog.ts'
import { shortDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { fitted, type Invocation, tell } from '../invocation.ts'

/** What a sign-in says and asks, at this terminal. */
export function terminalDialog(invocation: Invocation): LoginDialog {
  const { terminal } = invocation.ports
  const write = (text: string) => terminal.err(`${fitted(text, invocation)}\n`)
  return {
    canAsk: terminal.inIsTTY,
    tell: (line) => tell(invocation, line),
    // URLs and codes are shown even with --quiet: they are needed to sign in.
    showUrl(url, opening, isBrief) {
      const lead = opening
        ? `Opening your browser. If no page shows, open this address${isBrief ? ' within about a minute' : ''}:`
        : `Open this address to sign in${isBrief ? '. It works for about a minute' : ''}:`
      terminal.err(`${fitted(lead, invocation)}\n\n  ${safeText(url.href, 8192)}\n\n`)
    },
    showDevice: (prompt) => write(deviceText(prompt)),
    showElsewhere(elsewhere, port) {
      const forward = elsewhere.forward(port)
      const lines = forward
        ? ['Forward the port, in a terminal on your machine:', '', `  ${forward}`, '']
        : []
      write([REASONS[elsewhere.why], ...lines].join('\n'))
    },
    showShort(url, elsewhere, port) {
      const lead = elsewhere.forward(port)
        ? 'Or, with the port forwarded:'
        : `Or, where the browser reaches port ${port} of this machine:`
      terminal.err(`${fitted(lead, invocation)}\n\n  ${url.href}\n\n`)
    },
    offerOtherWays(elsewhere, port, deviceFlow) {
      const lines = [
        elsewhere.forward(port)
          ? 'Or paste the address the browser ends up at here.'
          : 'Browser on another machine? Paste the address it ends up at here.',
        ...(deviceFlow ? ['To sign in with a code on another device, press d and Enter.'] : []),
      ]
      write(`${lines.join('\n')}\n`)
    },
    askForRedirect: (signal) => {
      if (!signal)
        terminal.err(
          'After signing in the browser fails to load a page.\nPaste the address of that page here:\n',
        )
      return terminal.readLine(signal)
    },
  }
}

function deviceText(prompt: DevicePrompt): string {
  const { host } = new URL(prompt.verificationUri)
  return `Go to  ${prompt.verificationUri}
and enter the code  ${prompt.userCode}

The page is on ${host}. Continue only if you started this sign-in just now.
${prompt.verificationUriComplete ? `With the code filled in: ${prompt.verificationUriComplete}\n` : ''}Waiting. The code works for ${shortDuration(prompt.expiresInSeconds)}.`
}
