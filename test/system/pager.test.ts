import { expect, it } from 'vitest'
import { pagerCommand } from '../../src/system/terminal/pager.ts'

it.each<[what: string, pager: string | undefined, platform: NodeJS.Platform, words: string[] | undefined]>([
  ['less', undefined, 'linux', ['less']],
  ['less, on macOS too', undefined, 'darwin', ['less']],
  // `more` shows UTF-8 in the code page of the console.
  ['on Windows none: its `more` shows other characters', undefined, 'win32', undefined],
  ['the one that is set', 'less -R', 'linux', ['less', '-R']],
  [
    'the one that is set on Windows',
    '"C:\\Program Files\\Git\\usr\\bin\\less.exe" -R',
    'win32',
    ['C:\\Program Files\\Git\\usr\\bin\\less.exe', '-R'],
  ],
  ['none, where it is set to nothing', '', 'linux', undefined],
])('the pager is %s', (_, pager, platform, words) => {
  expect(pagerCommand({ PAGER: pager }, platform)).toEqual(words)
})
