import { join } from 'node:path'
import { appendLines, recordFile } from '../../audit/record.ts'
import type { PartialClient } from '../../client.ts'
import type { FileFacts, Ports } from '../../ports/ports.ts'
import { sessionName } from '../../session/session-name.ts'
import { openStore } from '../../session/store/session-store.ts'
import { unwritable } from '../../session/store/state-files.ts'
import { openVault, readKeyFile, unfitKeyFile } from '../../session/store/vaults.ts'
import { openPlaces } from '../../settings/files/settings-files.ts'
import { adviceOnKey } from '../../settings/files/unknown-key.ts'
import type { Profile } from '../../settings/profile.ts'
import { isComplete } from '../../settings/required-client.ts'
import { requireOwn } from '../../storage/atomic-write.ts'
import { unlockable } from '../../storage/wait-for-lock.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Checkup, fail, look, ok, warn } from './checkup.ts'

/** Checks the settings files and the proxy. */
export async function checkSettings(profile: Profile, ports: Ports): Promise<Checkup[]> {
  const { path, exists, holders } = profile.settingsFile
  const from = profile.saved ? holders.join(' and ') : 'flags and environment'
  const lines = [
    exists || profile.client.issuer !== undefined
      ? ok('settings', `profile ${profile.name} from ${from}; ls-auth profile show lists each value`)
      : ok('settings', `no file at ${path}: the values are from flags, the environment and defaults`),
  ]
  for (const one of profile.unknownKeys) {
    const next = `${adviceOnKey(one) || 'Check its spelling.'} It is ignored.`
    lines.push(warn('settings', `${one.file}: "${one.key}" is unknown in this version`, next))
  }
  lines.push(...(await whoMayWrite(ports)), ...(await look('proxy', () => checkProxy(profile, ports))))
  return lines
}

/** Of the system's settings; those of the user are read only where no other user may write them. */
async function whoMayWrite({ env, files }: Ports): Promise<Checkup[]> {
  if (env.uid === undefined) return []
  const places = await openPlaces(env.systemConfigFile, await files(), env.uid)
  return places.map(({ path, kind, why, isForeign }) => {
    const change = isForeign ? 'chown root' : `chmod ${kind === 'directory' ? 755 : 644}`
    return fail('settings', `${path} ${why}`, `Run: sudo ${change} ${path}`)
  })
}

/** Of what this profile asks: another host may be reached by another way. */
async function checkProxy({ client, api }: Profile, ports: Ports): Promise<Checkup> {
  // Certificate files that cannot be used fail here.
  const http = await ports.http(client.http)
  const asked = [...(client.issuer === undefined ? [] : [new URL(client.issuer)]), api]
  const ways: string[] = []
  for (const url of asked) {
    const proxy = await http.proxyOf(url)
    // Not quoted: it may hold a password.
    if (proxy !== undefined && proxy.host === undefined)
      return fail('proxy', `${proxy.from} is not the URL of an HTTP proxy`, 'Write it as http://host:port.')
    ways.push(proxy === undefined ? 'none' : `${proxy.host} from ${proxy.from}`)
  }
  const isOne = new Set(ways).size === 1
  const text = isOne ? ways[0] : ways.map((way, i) => `${way} for ${asked[i]?.host}`).join(', ')
  return ok('proxy', `${text}${client.http.caFile ? `, CA from ${client.http.caFile}` : ''}`)
}

/** Checks the store, the state directory and the locks of settings and session. */
export async function checkStore(client: PartialClient, ports: Ports): Promise<Checkup[]> {
  const name = client.store === 'keychain' ? 'keychain' : 'file store'
  return [
    ...(await look(name, () => checkVault(name, client, ports))),
    ...(await look('state', () => checkStateDirectory(client.stateDirectory, ports))),
    ...(await look('record', () => checkRecord(client.stateDirectory, ports))),
    ...(await look('lock', () => checkLock(client, ports))),
  ]
}

/** Finds gaps in the record of who has read what. A workload has a record, too. */
export async function checkRecord(stateDirectory: string, ports: Ports): Promise<Checkup> {
  const lost = await appendLines(stateDirectory, '', ports)
  const file = recordFile(stateDirectory)
  if (lost === undefined)
    return (await (await ports.files()).inspect(file)) !== undefined
      ? ok('record', 'on; see ls-auth audit list')
      : ok('record', `off: no room for ${safeText(file, 200)}`)
  const space = /^(ENOSPC|EDQUOT)$/.test(lost.code) ? 'Free some space. ' : ''
  const next = `${space}ls-auth records nothing until then. Commands still work.`
  return warn('record', `${safeText(file, 200)} cannot be written (${lost.code})`, next)
}

const SLOW_MILLISECONDS = 2000

async function checkVault(name: string, client: PartialClient, ports: Ports): Promise<Checkup> {
  if (client.store === 'file') {
    return client.storeKeyFile === undefined
      ? ok(name, 'protected by a passphrase; ls-auth asks when it needs it')
      : checkKeyFile(name, client, client.storeKeyFile, ports)
  }
  const started = ports.clock.now()
  await openVault(client, client.store, ports).probe(`probe|doctor|${ports.env.pid}`)
  const took = ports.clock.now() - started
  const what = 'write, read and delete work'
  if (took <= SLOW_MILLISECONDS) return ok(name, `${what} (${took}ms)`)
  return warn(name, `${what}, but took ${took}ms`, 'A slow keychain slows every command. Check why it waits.')
}

/** It is not made here: a new one would open no session, and hide that the path is mistyped. */
async function checkKeyFile(
  name: string,
  client: PartialClient,
  path: string,
  ports: Ports,
): Promise<Checkup> {
  if (await readKeyFile(path, await ports.files(), ports.env)) {
    const isKnown = ports.env.uid !== undefined
    return ok(
      name,
      `key file ${path} ${isKnown ? 'is private' : 'exists; its permissions are unknown on this system'}`,
    )
  }
  const header = isComplete(client) ? await (await openStore(client, ports)).peek() : undefined
  const needsIt = header?.store === 'file' && header.scrypt === undefined
  if (needsIt) throw unfitKeyFile(path, 'does not exist', client.storeKeyFrom)
  return ok(name, `key file ${path} will be created at the next sign-in`)
}

/** Whether the state can be kept, by this user alone. On Windows (no user id) the latter is unknown. */
export async function checkStateDirectory(directory: string, ports: Ports): Promise<Checkup> {
  const files = await ports.files()
  await requireOwn([directory], files, ports.env)
  await files.makeDirectory(directory).catch((cause) => {
    throw unwritable(directory, cause)
  })
  const facts = (await files.inspect(directory)) as FileFacts
  const octal = facts.mode.toString(8)
  const { uid } = ports.env
  if (uid === undefined) return ok('state', `${directory} exists; its permissions are unknown on this system`)
  if (facts.uid !== uid)
    return fail('state', `${directory} belongs to another user`, 'Choose another XDG_STATE_HOME.')
  return (facts.mode & 0o077) === 0
    ? ok('state', `${directory} is private (mode ${octal})`)
    : fail('state', `${directory} is open to others (${octal})`, `Run: chmod 700 ${directory}`)
}

async function checkLock(client: PartialClient, ports: Ports): Promise<Checkup> {
  // Without an issuer and a client id there is no session yet.
  const path = isComplete(client) && join(client.stateDirectory, 'sessions', sessionName(client))
  const files = await ports.files()
  const isThere =
    path &&
    (await files.inspect(path).catch((cause) => {
      throw unlockable({ path, what: 'this session' }, cause, ports.env.uid)
    })) !== undefined
  if (!isThere) return ok('lock', 'not needed yet')
  const store = await openStore(client, ports)
  await store.withSessionLock(
    'doctor',
    () => {},
    async () => {},
  )
  return ok('lock', 'free')
}
