import { describe, expect, it } from 'vitest'
import type { Env, FileFacts, Files } from '../../src/ports/ports.ts'
import { requireOwn } from '../../src/storage/atomic-write.ts'
import { told } from '../told.ts'

const [ROOT, ADA, BOB] = [0, 1000, 1001]
const FILE = '/home/ada/.config/ls-auth/config.toml'

/** What is said of the file; undefined: nothing. */
const judged = (inspect: Files['inspect'], env: Pick<Env, 'uid' | 'variables'>) =>
  requireOwn([FILE], { inspect }, env).catch(told)

/** The same where these paths are there, with these owners. */
const said = (owners: Record<string, number>, uid: number | undefined, variables = {}) => {
  const inspect: Files['inspect'] = async (path) => {
    const owner = owners[path]
    return owner === undefined ? undefined : ({ uid: owner } as FileFacts)
  }
  return judged(inspect, { uid, variables })
}
const SUDO = { SUDO_UID: String(ADA) }
const HOME = { '/': ROOT, '/home': ROOT, '/home/ada': ADA }

describe('a file that is there', () => {
  it('and is not root’s is refused by sudo: whoever typed it should do so without', async () => {
    const refusal = [`refused: ${FILE} belongs to another user`, 'Run it again without sudo.']
    expect(await said({ [FILE]: ADA }, ROOT, SUDO)).toEqual(refusal)
    expect(await said({ [FILE]: BOB }, ROOT, SUDO)).toEqual(refusal)
  })

  it.each<[string, number, number | undefined, Record<string, string>]>([
    ['root’s, by sudo', ROOT, ROOT, SUDO],
    ['another user’s, by root in a container, where that home is mounted', ADA, ROOT, {}],
    ['another user’s, by sudo of root itself', ADA, ROOT, { SUDO_UID: '0' }],
    ['another user’s, whose group may write it', BOB, ADA, {}],
    ['another user’s, by sudo as a third', ADA, BOB, SUDO],
    ['one on Windows, where no user has a number', BOB, undefined, {}],
  ])('may be %s', async (_, owner, uid, variables) => {
    expect(await said({ ...HOME, [FILE]: owner }, uid, variables)).toBeUndefined()
  })
})

describe('a file that is missing', () => {
  it('is not made by sudo in the home directory of whoever typed it', async () => {
    expect(await said(HOME, ROOT, SUDO)).toEqual([
      'refused: /home/ada belongs to another user',
      'Run it again without sudo.',
    ])
  })

  it.each<[string, Record<string, number>, number, Record<string, string>]>([
    ['in my home directory', HOME, ADA, {}],
    ['below a directory of root that all can write to', { '/': ROOT }, ADA, {}],
    ['by root in a mounted home directory, as in a container', HOME, ROOT, {}],
    ['by sudo in what is root’s', { ...HOME, '/home/ada/.config': ROOT }, ROOT, SUDO],
    ['by sudo of root itself', { '/': ROOT }, ROOT, { SUDO_UID: '0' }],
    ['by whoever was started from a sudo, as another user', HOME, BOB, SUDO],
  ])('is made %s', async (_, owners, uid, variables) => {
    expect(await said(owners, uid, variables)).toBeUndefined()
  })

  it('has its own words where it cannot be looked at', async () => {
    const inspect = () => Promise.reject(new Error('EACCES'))
    expect(await judged(inspect, { uid: ROOT, variables: SUDO })).toBeUndefined()
  })
})
