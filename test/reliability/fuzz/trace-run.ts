import { run } from '../../../src/cli.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'

/** What became of one input. */
export interface Ending {
  readonly exit: number
  /** Promises that were not kept, in words. */
  readonly broken: readonly string[]
  /** An error nobody expected. */
  readonly exception: string | undefined
}

/** As in src/safe-text.ts, written out again: the promise, not the code. Line breaks are the drawing's own. */
const STEERING =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/u

const TWO_LINES = /^(note: .*\n)*error: .+\nhint: .+\n( {2}.+\n)*$/

/** Types `ls-auth trace get - …` with these bytes on standard input. */
export async function runOn(
  bytes: Buffer,
  options: readonly string[],
  columns: number,
  unicode: boolean,
): Promise<Ending> {
  let [out, err] = ['', '']
  const ports = machine(
    bytes,
    { columns, unicode },
    (text) => (out += text),
    (text) => (err += text),
  )
  let exit: number
  try {
    exit = await run(['trace', 'get', '-', ...options], ports)
  } catch (error) {
    return { exit: 1, broken: [], exception: String(error) }
  }
  if (exit === 1) return { exit, broken: [], exception: err }
  const broken: string[] = []
  if (![0, 2, 7].includes(exit)) broken.push(`exit ${exit}`)
  if (exit !== 0 && !isFailure(err, options)) broken.push(`no failure in two lines: ${JSON.stringify(err)}`)
  // Lines of CSV end as RFC 4180 has them.
  const steering =
    STEERING.exec(options.includes('csv') ? out.replaceAll('\r\n', '\n') : out) ?? STEERING.exec(err)
  if (steering) broken.push(`prints U+${steering[0].codePointAt(0)?.toString(16)}`)
  if (!options.includes('-o')) broken.push(...tooWide(out, columns))
  return { exit, broken, exception: undefined }
}

/** Two lines, or with `-o json` and `-o ndjson` one object. */
function isFailure(err: string, options: readonly string[]): boolean {
  return options.includes('json') || options.includes('ndjson')
    ? /^(note: .*\n)*\{"error":\{"code":.+\}\}\n$/.test(err)
    : TWO_LINES.test(err)
}

function tooWide(out: string, columns: number): string[] {
  const wide = out.split('\n').find((line) => displayWidth(line) > columns)
  return wide === undefined ? [] : [`a line wider than ${columns}: ${wide}`]
}

/** A machine with nothing but a terminal: reading a file must not touch anything else. */
function machine(
  bytes: Buffer,
  screen: { columns: number; unicode: boolean },
  out: (text: string) => void,
  err: (text: string) => void,
): Ports {
  const untouched = (): never => {
    throw new Error('the machine was touched')
  }
  const write: Ports['terminal']['out'] = async (text, after = '') => {
    for (const piece of typeof text === 'string' ? [text] : text) out(piece + after)
  }
  return {
    env: {
      variables: {},
      platform: 'linux',
      home: '/nowhere',
      uid: 0,
      version: '0',
    } as unknown as Ports['env'],
    clock: { now: () => 1_790_000_000_000, sleep: untouched },
    terminal: {
      ...screen,
      streams: () => {
        throw new Error('no protocol is spoken here')
      },
      out: write,
      page: write,
      outBytes: untouched,
      err,
      isForAgent: false,
      outIsTTY: false,
      errIsTTY: false,
      inIsTTY: false,
      style: async () => UNSTYLED,
      setColor: () => {},
      setPager: () => {},
      hasScreen: false,
      withScreen: untouched,
      readAll: untouched,
      readAllBytes: async () => bytes,
      readLine: untouched,
      readSecret: untouched,
    },
    signals: { shield: (work) => work(), ending: () => new Promise(() => {}), beforeEnd: () => () => {} },
    files: untouched,
    lock: untouched,
    keychain: untouched,
    http: untouched,
    upstream: untouched,
    localServers: untouched,
    browser: untouched,
    programs: untouched,
  }
}
