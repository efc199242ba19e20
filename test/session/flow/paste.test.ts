import { describe, expect, it } from 'vitest'
import { askForRedirect, readPasted } from '../../../src/session/flow/browser-flow.ts'
import { toldBy } from '../../told.ts'

const REDIRECT = 'http://127.0.0.1:8765/callback'
const GOOD = `${REDIRECT}?code=c&state=mine`
const NO_URL = 'That is not a URL. Copy the whole address, from http:// to its end.'
const ELSEWHERE = `That address does not begin with ${REDIRECT}. After the sign-in, copy the address of the page that fails to load.`
const OTHER = 'That address belongs to another sign-in. Copy the address of this one.'

describe('an address that a person has pasted', () => {
  it.each([GOOD, `  ${GOOD}\n`, `\u00a0${GOOD}\u3000`, `${REDIRECT}?error=access_denied&state=mine`])(
    'is taken: %j',
    (line) => {
      expect(String(readPasted(line, REDIRECT, 'mine'))).toBe(line.trim())
    },
  )

  it.each([
    ['', NO_URL],
    ['code=c&state=mine', NO_URL],
    ['127.0.0.1:8765/callback?state=mine', NO_URL],
    ['https://idp.example/authorize?state=mine', ELSEWHERE],
    [GOOD.replace('8765', '8766'), ELSEWHERE],
    [GOOD.replace('http:', 'https:'), ELSEWHERE],
    [GOOD.replace('/callback', '/'), ELSEWHERE],
    [REDIRECT, OTHER],
    [`${REDIRECT}?code=c&state=other`, OTHER],
    [`${GOOD}&state=mine`, OTHER],
  ])('is none, and the person is told what to copy: %j', (line, words) => {
    expect(readPasted(line, REDIRECT, 'mine')).toBe(words)
  })
})

describe('the prompt for it', () => {
  const prompt = async (...lines: (string | undefined)[]) => {
    const heard: string[] = []
    const found = async () =>
      askForRedirect(
        REDIRECT,
        'mine',
        async () => lines.shift(),
        (line) => heard.push(line),
      )
    return { heard, found, lines }
  }

  it('comes again after a wrong one, three times in all', async () => {
    const { heard, found, lines } = await prompt('x', 'y', GOOD, 'never asked for')
    expect((await found()).href).toBe(GOOD)
    expect(heard).toEqual([NO_URL, NO_URL])
    expect(lines).toEqual(['never asked for'])
  })

  it('ends the sign-in after the third', async () => {
    const { heard, found } = await prompt('x', 'y', 'z', GOOD)
    expect((await toldBy(found))[0]).toBe('declined: the address of this sign-in was not pasted')
    expect(heard).toHaveLength(3)
  })
})
