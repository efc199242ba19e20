import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { Failure } from '../../../src/errors.ts'
import type { HttpRequest } from '../../../src/ports/http.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import {
  type NewClient,
  registerClient,
  unregisterClient,
} from '../../../src/session/registration/client-registration.ts'
import { toldBy } from '../../told.ts'
import { type HTTP, ISSUER, METADATA, openMachine } from '../signed-in.ts'
import { STATE } from '../store/shelf.ts'

const MANAGED = { registration_client_uri: `${ISSUER}/clients/c7`, registration_access_token: 'manage-7' }
const DIRECTORY = `${STATE}/registrations/`

/** A machine whose provider registers clients. */
function registering(over: { said?: object; withdrawal?: number | Failure; client?: Partial<Client> } = {}) {
  const machine = openMachine(over.client)
  const asked: HttpRequest[] = []
  machine.answers['/.well-known/openid-configuration'] = [
    { ...METADATA, registration_endpoint: `${ISSUER}/clients` },
  ]
  machine.answers['/clients'] = [{ status: 201, client_id: 'c7', ...MANAGED, ...over.said }]
  const { withdrawal = 204 } = over
  machine.answers['/clients/c7'] = [withdrawal instanceof Failure ? withdrawal : { status: withdrawal }]
  const ports = {
    ...machine.ports,
    async http(settings: typeof HTTP) {
      const http = await machine.ports.http(settings)
      const send = (request: HttpRequest) => {
        asked.push(request)
        return http.send(request)
      }
      return { ...http, send }
    },
  } as { -readonly [name in keyof Ports]: Ports[name] }
  const client = { ...machine.client, clientId: 'c7' }
  const files = () => [...machine.disk.keys()].filter((path) => path.startsWith(DIRECTORY))
  return {
    ...{ machine, asked, ports, files },
    register: (save = async (registered: NewClient): Promise<unknown> => registered) =>
      registerClient(machine.client, ports, save),
    unregister: (changed: Partial<Client> = {}) => unregisterClient({ ...client, ...changed }, ports),
  }
}

describe('a client that is registered from here', () => {
  it('can be taken back: the token for that is sealed, its key in the keychain', async () => {
    const { machine, asked, files, register, unregister } = registering()
    expect(await register()).toMatchObject({ clientId: 'c7', canUnregister: true })
    const [file = '', ...more] = files()
    expect(more).toEqual([])
    expect(String(machine.disk.get(file))).not.toContain('manage-7')
    expect(JSON.parse(String(machine.disk.get(file)).split('\n')[0] ?? '')).toMatchObject({
      ...{ schema: 1, store: 'keychain', issuer: ISSUER, clientId: 'c7', account: 'default', apis: {} },
    })
    expect([...machine.items.keys()]).toHaveLength(1)
    expect(await unregister()).toBe('yes')
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', headers: { authorization: 'Bearer manage-7' } })
    expect([files(), [...machine.items.keys()]]).toEqual([[], []])
    expect(await unregister()).toBe('none')
  })

  it('has a file and a key that no session has', async () => {
    const { machine, files, register } = registering()
    await machine.keep()
    const [session = ''] = machine.items.keys()
    await register()
    const names = [...machine.items.keys()].filter((name) => name !== session)
    expect(names[0]?.split('|')[0]).toBe(files()[0]?.slice(DIRECTORY.length))
    expect(names[0]?.split('|')[0]).not.toBe(session.split('|')[0])
    expect(names[0]?.split('|')[1]).toMatch(/^[\w-]{16}$/)
  })

  it('tries the keychain under another name each time: two at once do not meet', async () => {
    const { ports, register } = registering()
    const keychain = await ports.keychain()
    const names: string[] = []
    const set: typeof keychain.set = (name, ...secret) => {
      names.push(name)
      return keychain.set(name, ...secret)
    }
    ports.keychain = async () => ({ ...keychain, set })
    for (const _ of 'ab') await register()
    expect(names).toHaveLength(4)
    expect(new Set(names).size).toBe(4)
  })

  it('where the provider gives nothing to take it back with: nothing is kept', async () => {
    const { machine, files, register, unregister } = registering({
      said: { registration_client_uri: undefined },
    })
    expect(await register()).toMatchObject({ clientId: 'c7', canUnregister: false })
    expect([files(), machine.items.size]).toEqual([[], 0])
    expect(await unregister()).toBe('none')
  })

  it('is taken back after the profile has changed its store', async () => {
    const { machine, files, register, unregister } = registering()
    await register()
    expect(await unregister({ store: 'file' })).toBe('yes')
    expect([files(), machine.items.size]).toEqual([[], 0])
  })

  it('another one is left as it is', async () => {
    const { files, register, unregister } = registering()
    await register()
    expect(await unregister({ clientId: 'c8' })).toBe('none')
    expect(await unregister({ issuer: 'https://other.example' })).toBe('none')
    expect(files()).toHaveLength(1)
  })
})

describe('a client is not registered', () => {
  it('where the provider does not offer it', async () => {
    const { machine, asked, register } = registering()
    machine.answers['/.well-known/openid-configuration'] = [METADATA]
    expect((await toldBy(register))[0]).toMatch(/^cannot-do: /)
    expect(asked).toHaveLength(1)
    expect(machine.log).toEqual([])
  })

  it('when it could not be kept: the provider is not asked', async () => {
    const { machine, asked, register } = registering()
    machine.faults.set('mkdir registrations', 'EACCES')
    expect((await toldBy(register))[0]).toMatch(/^storage: /)
    expect(asked.map(({ method }) => method)).not.toContain('POST')
  })

  it('when the keychain takes nothing', async () => {
    const { machine, asked, ports, register } = registering()
    const keychain = await ports.keychain()
    const locked = new Failure('storage', 'locked')
    ports.keychain = async () => ({ ...keychain, set: async () => Promise.reject(locked) })
    await expect(register()).rejects.toBe(locked)
    expect(asked.map(({ method }) => method)).not.toContain('POST')
    expect(machine.items.size).toBe(0)
  })

  it.each<[string, number | Failure]>([
    ['it is taken back', 204],
    ['the reason is told, even when it cannot be taken back', new Failure('network', 'gone')],
  ])('when the disk is full after all: %s', async (_, withdrawal) => {
    const { asked, files, ports, register } = registering({ withdrawal })
    const open = await ports.files()
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    ports.files = async () => ({ ...open, create: async () => Promise.reject(full) })
    const [what, , became] = await toldBy(register)
    expect(what).toMatch(/^storage: /)
    expect(became).toBe(
      typeof withdrawal === 'number'
        ? 'The client c7 is unregistered again at id.acme.example.'
        : 'The client c7 stays registered at id.acme.example: gone. An administrator can remove it there.',
    )
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'DELETE'])
    expect(files()).toEqual([])
  })
})

describe('the id of a new client is saved', () => {
  const FULL = new Failure('storage', 'full', { hint: 'Free some space.', detail: ['all of it'] })
  const fails = async () => Promise.reject(FULL)

  it('once the client is kept; until then signals wait, from its request on', async () => {
    const { machine, ports, files, register } = registering()
    const shielded: [string, boolean][] = []
    const { http } = ports
    ports.http = async (settings) => {
      const real = await http(settings)
      const send = async (request: HttpRequest) => {
        shielded.push([request.method, machine.isShielded])
        return real.send(request)
      }
      return { ...real, send }
    }
    const saved = await register(async ({ clientId, commit }) => {
      shielded.push(['use', machine.isShielded])
      return commit(async () => {
        shielded.push(['save', machine.isShielded])
        return [clientId, files().length]
      })
    })
    expect(saved).toEqual(['c7', 1])
    expect([...shielded, ['end', machine.isShielded]]).toEqual([
      ['GET', false],
      ['POST', true],
      ['use', false],
      ['save', true],
      ['end', false],
    ])
  })

  it('and a signal takes it back while it is used, until its id is being saved', async () => {
    const { machine, asked, files, ports, register } = registering()
    const lastWords = () => [...machine.lastWords]
    await register(async ({ commit }) => {
      expect(lastWords()).toHaveLength(1)
      await commit(async () => expect(lastWords()).toEqual([]))
    })
    expect([asked.at(-1)?.method, files().length]).toEqual(['POST', 1])
    let isSaved = false
    const said: string[] = []
    ports.terminal = { ...ports.terminal, err: (text) => said.push(text) }
    await new Promise<void>((signalled) => {
      void register(async ({ commit }) => {
        for (const work of lastWords()) await work()
        setImmediate(signalled)
        await commit(async () => {
          isSaved = true
        })
      })
    })
    expect([isSaved, asked.at(-1)?.method, files()]).toEqual([false, 'DELETE', []])
    expect(said).toEqual(['The client c7 is unregistered again at id.acme.example.\n'])
  })

  it('or the client is taken back and forgotten, before a signal ends that', async () => {
    const { machine, asked, files, register } = registering()
    expect(await toldBy(() => register(fails))).toEqual([
      ...['storage: full', 'Free some space.', 'all of it'],
      'The client c7 is unregistered again at id.acme.example.',
    ])
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', headers: { authorization: 'Bearer manage-7' } })
    expect([files(), machine.items.size]).toEqual([[], 0])
    expect(machine.isShielded).toBe(false)
  })

  it.each<[string, Parameters<typeof registering>[0], string]>([
    ['the provider refuses to', { withdrawal: 403 }, ': id.acme.example did not take it back (HTTP 403)'],
    ['the provider gave no way to', { said: { registration_access_token: 7 } }, ''],
  ])('or it stays where %s take it back: told, and forgotten here', async (_, over, why) => {
    const { machine, files, register } = registering(over)
    expect((await toldBy(() => register(fails))).at(-1)).toBe(
      `The client c7 stays registered at id.acme.example${why}. An administrator can remove it there.`,
    )
    expect([files(), machine.items.size]).toEqual([[], 0])
  })

  it('or a bug stays one, and the client is taken back all the same', async () => {
    const { asked, register } = registering()
    const bug = new TypeError('bug')
    await expect(register(() => Promise.reject(bug))).rejects.toBe(bug)
    expect(asked.at(-1)?.method).toBe('DELETE')
  })
})

describe('a registration that cannot be taken back', () => {
  it('because of the provider: told, and forgotten here', async () => {
    const { machine, files, register, unregister } = registering({ withdrawal: 500 })
    await register()
    const failure = await unregister()
    expect((failure as Failure).message).toMatch(/did not take it back \(HTTP 500\)/)
    expect([files(), machine.items.size]).toEqual([[], 0])
  })

  it.each([
    ['a member is missing', (sealed: Buffer) => sealed.subarray(0, -1)],
    ['it was cut off', (sealed: Buffer) => sealed.subarray(0, 40)],
  ])('because of its file: %s', async (_, damage) => {
    const { machine, asked, files, register, unregister } = registering()
    await register()
    const [file = ''] = files()
    machine.put(damage(machine.disk.get(file) ?? Buffer.alloc(0)), file)
    expect(await unregister()).toBeInstanceOf(Failure)
    expect(asked.map(({ method }) => method)).not.toContain('DELETE')
  })

  it('because others could have written it: told, and the provider is not asked', async () => {
    const { machine, asked, register, unregister } = registering()
    await register()
    const about = machine.facts.get(DIRECTORY.slice(0, -1))
    machine.facts.set(DIRECTORY.slice(0, -1), { ...about, mode: 0o777 } as NonNullable<typeof about>)
    const failure = await unregister()
    expect((failure as Failure).code).toBe('refused')
    expect(asked.map(({ method }) => method)).not.toContain('DELETE')
  })

  it('because of a bug: it stays one', async () => {
    const { machine, ports, register, unregister } = registering()
    await register()
    const bug = new TypeError('bug')
    ports.http = async () => {
      throw bug
    }
    await expect(unregister()).rejects.toBe(bug)
    expect(machine.items.size).toBe(0)
  })
})
