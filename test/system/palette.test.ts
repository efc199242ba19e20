import { expect, it } from 'vitest'
import { openExitState } from '../../src/system/signals.ts'
import { PALETTE, processTerminal } from '../../src/system/terminal/terminal.ts'

/** Red, green, blue of a colour of the 6×6×6 cube of ANSI 256. */
function rgb(code: number): number[] {
  const steps = [0, 95, 135, 175, 215, 255]
  return [Math.floor((code - 16) / 36), Math.floor((code - 16) / 6) % 6, (code - 16) % 6].map(
    (i) => steps[i] ?? 0,
  )
}

/** Relative luminance (WCAG 2.2). */
function luminance(code: number): number {
  const [r, g, b] = rgb(code).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

it.each(PALETTE)('%i can be read on black and on white', (code) => {
  expect((luminance(code) + 0.05) / 0.05).toBeGreaterThan(2.8)
  expect(1.05 / (luminance(code) + 0.05)).toBeGreaterThan(2.8)
})

it.each(['xterm-256color', 'linux', 'xterm'])('%s: twelve indexes look different', async (TERM) => {
  const terminal = processTerminal({ TERM }, openExitState())
  terminal.setColor('always')
  const { palette } = await terminal.style('out')
  expect(new Set(PALETTE.map((_, index) => palette(index, 'x'))).size).toBe(12)
  expect(palette(12, 'x')).toBe(palette(0, 'x'))
  if (TERM !== 'xterm-256color') expect(palette(1, 'x')).not.toContain('38;5')
})
