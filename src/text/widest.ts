import { displayWidth } from './display-width.ts'

/** The width of the widest text in terminal columns. Not `Math.max(...)`, which ends for want of stack at some 100,000 texts. */
export const widest = (texts: readonly string[], least = 0): number =>
  texts.reduce((most, text) => Math.max(most, displayWidth(text)), least)
