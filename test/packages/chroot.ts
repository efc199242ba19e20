import { execFile } from 'node:child_process'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Machine, openMachine } from '../world/machine.ts'

const run = promisify(execFile)

/** An ordinary user, without a name. */
const USER = 1000

/** An empty Debian: what is essential, and apt. No Node, no libsecret. It shares the network of this machine. */
export interface Chroot {
  readonly directory: string
  /** Installs by apt: names of packages, or files below /. */
  install(...packages: string[]): Promise<void>
  /** Runs a command there as root; resolves to stdout, rejects when it fails. */
  asRoot(file: string, ...args: string[]): Promise<string>
  /** A machine of an ordinary user, where `ls-auth` is this command. */
  machine(...program: [string, ...string[]]): Promise<Machine>
  close(): Promise<void>
}

/** Makes the chroot (15 s). Needs root, mmdebstrap and a Debian mirror. */
export async function openChroot(): Promise<Chroot> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-chroot-'))
  // The lists stay, for apt-get install.
  await run('mmdebstrap', ['--variant=apt', '--skip=cleanup/apt/lists', 'trixie', directory])
  const machines: Machine[] = []
  const chroot: Chroot = {
    directory,
    async install(...packages) {
      const command = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends']
      await chroot.asRoot('env', 'DEBIAN_FRONTEND=noninteractive', ...command, ...packages)
    },
    async asRoot(file, ...args) {
      return (await run('chroot', [directory, file, ...args], { env: { PATH: process.env.PATH } })).stdout
    },
    async machine(...program) {
      const machine = await openMachine({
        program: ['chroot', `--userspec=${USER}:${USER}`, directory, ...program],
      })
      machines.push(machine)
      const home = join(directory, machine.home)
      await mkdir(home, { recursive: true })
      await chown(home, USER, USER)
      return machine
    },
    async close() {
      await Promise.all(machines.map((machine) => machine.close()))
      await rm(directory, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  return chroot
}
