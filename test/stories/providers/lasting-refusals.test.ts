import { afterEach, describe, expect, it } from 'vitest'
import { google } from '../../world/simulator/behaviours/google.ts'
import { openPlace, type Place } from './place.ts'

/** A refusal that no second try mends is a matter of settings (exit 2), and the hint names the one. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const refusal = (error: string, error_description?: string, status = 400) => ({
  status,
  json: { error, ...(error_description !== undefined && { error_description }) },
})

describe('Google', () => {
  it.each([
    ['invalid_client', 'The provided client secret is invalid.', 'Write the current one'],
    ['invalid_client', 'Unauthorized', 'Write the current one'],
    ['invalid_client', 'The OAuth client was deleted.', 'has no such client'],
    ['invalid_client', 'The OAuth client was not found.', 'has no such client'],
    ['deleted_client', 'The OAuth client was deleted.', 'has no such client'],
  ])('%s: %s', async (error, description, hint) => {
    place = await openPlace(google)
    place.simulator.answerTokensWith(refusal(error, description, 401))
    const { exit, stderr } = await type('ls-auth login')
    expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining(hint) })
    expect(stderr).not.toContain('must not ask for a secret')
  })
})
