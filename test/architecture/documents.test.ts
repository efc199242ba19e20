import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mistakes, readDocuments, roomsWithoutDoor } from './documents.ts'

describe('what is written for those who change the program', () => {
  it('names files, functions, links and scripts that are there', () => {
    const documents = readDocuments()
    expect(documents.length).toBeGreaterThan(30)
    expect(documents.flatMap(mistakes)).toEqual([])
  })

  it.each([
    ['CONTRIBUTING.md', 600],
    ['docs/architecture.md', 1500],
  ])('is read in one go: %s has at most %i words', (path, most) => {
    expect(readFileSync(path, 'utf8').match(/\S+/g)?.length).toBeLessThanOrEqual(most)
  })

  it('stands at the door of every top room', () => {
    expect(roomsWithoutDoor()).toEqual([])
  })
})

describe('what is not so is found', () => {
  it.each([
    ['a file', '`session/acess.ts`', 'there is no session/acess.ts'],
    ['a folder', '`trace/exports/`', 'there is no trace/exports/'],
    ['a file beside the door', '`sesion.ts`', 'there is no sesion.ts'],
    ['a function of a file', '`session/sign-in.ts: signOut`', 'src/session/sign-in.ts has no signOut'],
    ['one of two', '`sign-in.ts: signIn, keepIt`', 'src/session/sign-in.ts has no keepIt'],
    [
      'what a file only imports',
      '`session/sign-in.ts: openStore`',
      'src/session/sign-in.ts has no openStore',
    ],
    ['a name', 'then `signInAgain` is called', 'nothing is called signInAgain'],
    ['a short name', 'then `fetchit()` is called', 'nothing is called fetchit'],
    ['a file in a block', '```sh\nnpx vitest run test/traces\n```', 'there is no test/traces'],
    ['a link', '[the plan](../../docs/plan.md)', 'the link ../../docs/plan.md leads nowhere'],
    ['a heading', '[errors](../../SECURITY.md#nothing)', 'the link ../../SECURITY.md#nothing leads nowhere'],
    ['a script', 'with `npm run lint`', 'there is no npm run lint'],
    ['a script in a block', '```sh\nnpm run -s tests\n```', 'there is no npm run tests'],
  ])('%s', (_, text, mistake) => {
    const path = 'src/session/README.md'
    expect(mistakes({ path, text })).toEqual([`${path}: ${mistake}`])
  })

  it('a room without a door', () => {
    expect(roomsWithoutDoor(['src/claims', 'src/api'], (room) => room !== 'src/api')).toEqual(['src/api'])
  })

  it('and what is so is not', () => {
    const text =
      '`sign-in.ts: signIn, accept`, `src/session/`, `store/session.ts`, `Client`, `token`, `ls-auth x`'
    const links = '[1](../README.md) [2](https://example.com/x) [3](../../SECURITY.md#what-ls-auth-does)'
    expect(mistakes({ path: 'src/session/README.md', text: `${text} ${links}` })).toEqual([])
  })
})
