import { expect, it } from 'vitest'
import { isBehind } from '../../src/system/terminal/terminal.ts'

/** A line of /proc/PID/stat: state, parent, process group, session, terminal, its foreground group, flags. */
const stat = (group: number, terminal: number, foreground: number) =>
  `7 (a (b) c) S 1 ${group} 5 ${terminal} ${foreground} 4194304 90`

// Device numbers of a Linux: /dev/pts/1, /dev/pts/300, /dev/pts/0, /dev/tty.
const [PTS_1, PTS_300, PTS_0, TTY] = [0x8801, 0x10882c, 0x8800, 0x500]

it.each<[string, string, number, boolean]>([
  ['in the background', stat(7, 0x8801, 5), PTS_1, true],
  ['in the foreground', stat(7, 0x8801, 7), PTS_1, false],
  ['in the background, a terminal of a high number', stat(7, 0x10882c, 5), PTS_300, true],
  ['in the background of another terminal', stat(7, 0x8801, 5), PTS_0, false],
  ['in the background, the terminal by the name of any', stat(7, 0x8801, 5), TTY, true],
  ['no controlling terminal', stat(7, 0, -1), PTS_1, false],
  ['the foreground is of no process that is seen here', stat(7, 0x8801, 0), PTS_1, false],
  ['gVisor tells no terminal', stat(7, 0, 0), PTS_1, false],
])('%s', (_, line, rdev, behind) => {
  expect(isBehind(line, rdev)).toBe(behind)
})
