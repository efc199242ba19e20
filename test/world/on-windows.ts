import { afterEach, beforeEach } from 'vitest'

/** What asks `process.platform` in this file's tests is told that it is on Windows. */
export function onWindows(): void {
  const real = process.platform
  const say = (value: NodeJS.Platform) => Object.defineProperty(process, 'platform', { value })
  beforeEach(() => void say('win32'))
  afterEach(() => void say(real))
}
