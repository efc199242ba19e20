import { portWith } from './port-with.ts'
import type { Ports } from './ports/ports.ts'
import type { Terminal } from './ports/terminal.ts'
import { safeText } from './text/safe-text.ts'

/** Work that takes longer says what it waits for. */
const DELAY_MILLISECONDS = 1_000
/** Requests that follow each other within this time are one wait. */
const GAP_MILLISECONDS = 300

/**
 * At a terminal: names the host that requests wait for, once they have taken a second, and takes the line back when
 * they are answered. The trace API and the identity provider alike.
 */
export function showProgress(ports: Ports): Ports {
  const { terminal, clock } = ports
  const isDumb = ports.env.variables.TERM === 'dumb'
  const line = progressLine(terminal, isDumb)
  let pending = 0
  /** What the command itself says about its progress: it says more than the name of a host. */
  let written = ''
  let [started, ended] = [0, 0]

  async function patiently<T>(url: URL, work: () => Promise<T>): Promise<T> {
    if (!terminal.errIsTTY) return work()
    const now = clock.now()
    // If it began later than now, the clock was set back.
    if (now < started || (pending === 0 && now - ended > GAP_MILLISECONDS)) started = now
    pending += 1
    const answered = new AbortController()
    const { signal } = answered
    clock.sleep(Math.max(0, started + DELAY_MILLISECONDS - now), signal).then(
      () => signal.aborted || written !== '' || line.show(`waiting for ${safeText(url.host, 50)} …`),
      () => {},
    )
    try {
      return await work()
    } finally {
      answered.abort()
      ended = clock.now()
      pending -= 1
      if (pending === 0 && written === '') line.erase()
    }
  }

  return {
    ...ports,
    terminal: line.terminal,
    progress(text) {
      if (!terminal.errIsTTY || isDumb) return
      written = text
      if (text === '') line.erase()
      else line.show(text)
    },
    async http(settings) {
      const http = await ports.http(settings)
      return portWith(http, {
        send: (request) => patiently(request.url, () => http.send(request)),
        certificateIssuer: (url) => patiently(url, () => http.certificateIssuer(url)),
      })
    },
  }
}

interface ProgressLine {
  show(text: string): void
  erase(): void
  /** Takes the line back before it writes anything else. */
  readonly terminal: Terminal
}

/** One line at the end of stderr. A terminal that cannot erase gets the text on a line of its own, and only once. */
function progressLine(terminal: Terminal, dumb: boolean): ProgressLine {
  let shown: string | undefined
  const erase = () => {
    if (shown !== undefined && !dumb) {
      shown = undefined
      terminal.err('\r\x1b[2K')
    }
  }
  return {
    erase,
    show(text) {
      if (text === shown) return
      erase()
      shown = text
      terminal.err(dumb ? `${text}\n` : text)
    },
    terminal: portWith(terminal, {
      err(text) {
        erase()
        terminal.err(text)
      },
      out(text, after) {
        erase()
        return terminal.out(text, after)
      },
      page(text, after) {
        erase()
        return terminal.page(text, after)
      },
    }),
  }
}
