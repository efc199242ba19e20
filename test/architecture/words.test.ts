import { describe, expect, it } from 'vitest'
import { longSentences, textsOfComments, textsOfGuides, textsOfProgram, unusedWords } from './words.ts'

const found = (texts: readonly { place: string; text: string }[], judge: (text: string) => string[]) =>
  texts.flatMap(({ place, text }) => judge(text).map((one) => `${place}: ${one.replace(/\s+/g, ' ')}`))

describe('what people read is plain English', () => {
  it('in errors, hints, notes and help', () => {
    const texts = textsOfProgram()
    expect(texts.length).toBeGreaterThan(2000)
    expect(found(texts, unusedWords)).toEqual([])
  })

  it('in README, docs and the other guides', () => {
    expect(found(textsOfGuides(), unusedWords)).toEqual([])
  })

  it('in comments', () => {
    const comments = textsOfComments()
    expect(comments.length).toBeGreaterThan(4000)
    expect(found(comments, unusedWords)).toEqual([])
  })
})

describe('a sentence has at most 25 words', () => {
  it('in errors, hints, notes and help', () => {
    expect(found(textsOfProgram(), longSentences)).toEqual([])
  })

  it('in README, docs and the other guides', () => {
    expect(found(textsOfGuides(), longSentences)).toEqual([])
  })

  it('in comments', () => {
    expect(found(textsOfComments(), longSentences)).toEqual([])
  })
})

describe('what reads as translated is found', () => {
  it.each([
    'Nobody is signed in.',
    'Mend this line; nothing was changed.',
    'The answer is shown as it is.',
    'the gateway let you in',
    'Ask for one that lives longer',
    'they say: invalid_token',
    'the other side is told about it',
    'What is left of a limit is not exceeded.',
  ])('%s', (text) => {
    expect(unusedWords(text)).not.toEqual([])
  })

  it('code, commands and addresses are not judged', () => {
    expect(unusedWords('Set `client_auth = "as it is"`, or open https://such.example')).toEqual([])
    const words = (count: number) => `${Array.from({ length: count }, () => 'word').join(' ')}.`
    expect(longSentences(`${words(25)} ${words(25).replace('w', 'W')}`)).toHaveLength(0)
    expect(longSentences(words(26))).toHaveLength(1)
    expect(longSentences(`${words(23)} ls-auth login --issuer URL --client-id ID`)).toEqual([])
  })
})
