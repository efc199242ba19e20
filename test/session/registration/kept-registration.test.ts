import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { Failure } from '../../../src/errors.ts'
import type { HttpRequest } from '../../../src/ports/http.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import {
  type NewClient,
  registerClient,
  unregisterClient,
} from '../../../src/session/protocol/registration.ts'
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
})

describe('a client is not registered', () => {
  it('where the provider does not offer it', async () => {
    const { machine, asked, register } = registering()
    machine.answers['/.well-known/openid-configuration'] = [METADATA]
    expect((await toldBy(register))[0]).toMatch(/^cannot-do: /)
    // Both places of its metadata.
    expect(asked).toHaveLength(2)
    expect(machine.log).toEqual([])
  })

  it('when it could not be kept: the provider is not asked', async () => {
    const { machine, asked, register } = registering()
    machine.faults.set('mkdir registrations', 'EACCES')
    expect((await toldBy(register))[0]).toMatch(/^storage: /)
    expect(asked.map(({ method }) => method)).not.toContain('POST')
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
      ['GET', false],
      ['POST', true],
      ['use', false],
      ['save', true],
      ['end', false],
    ])
  })

  it.each<[string, Parameters<typeof registering>[0], string]>([
    ['the provider refuses to', { withdrawal: 403 }, ': id.acme.example did not unregister it (HTTP 403)'],
    ['the provider gave no way to', { said: { registration_access_token: 7 } }, ''],
  ])('or it stays where %s take it back: told, and forgotten here', async (_, over, why) => {
    const { machine, files, register } = registering(over)
    expect((await toldBy(() => register(fails))).at(-1)).toBe(
      `The client c7 stays registered at id.acme.example${why}. An administrator can remove it there.`,
    )
    expect([files(), machine.items.size]).toEqual([[], 0])
  })
})

describe('a registration that cannot be taken back', () => {
  it('because of the provider: told, and forgotten here', async () => {
    const { machine, files, register, unregister } = registering({ withdrawal: 500 })
    await register()
    const failure = await unregister()
    expect((failure as Failure).message).toMatch(/did not unregister it \(HTTP 500\)/)
    expect([files(), machine.items.size]).toEqual([[], 0])
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
})
