import { Command } from 'commander'
import { addFlags } from '../../../src/cli/command.ts'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { type Group, type Row, readTable } from '../../../src/cli/verb-row.ts'
import { SETTING_TABLE } from '../../../src/settings/setting-table.ts'
import type { Random } from '../../world/trace/random.ts'
import { type Kind, pick } from './kind.ts'
import { CONFIG, openMachine, type } from './machine.ts'
import { brokenPromises } from './promises.ts'
import { answerWithoutBrowser, CLIENT, ISSUER } from './provider.ts'
import { someValue } from './values.ts'

/** A command's words and the names of its options. */
interface Shape {
  readonly words: readonly string[]
  readonly options: readonly string[]
}

const GLOBAL = ['--profile', '--json', '--quiet', '--debug', '--color', '--timeout', '--help', '--version']

function shapesOf(rows: readonly (Row | Group)[], before: readonly string[] = []): Shape[] {
  return rows.flatMap((row) => {
    const words = [...before, row.usage.split(' ')[0] as string]
    if ('rows' in row) return shapesOf(row.rows, words)
    const command = new Command('x')
    addFlags(row, command)
    const settings = SETTING_TABLE.filter(({ flag }) => flag !== undefined).map(({ flag }) => `--${flag}`)
    const own = command.options.map(({ long }) => long ?? '')
    return [{ words, options: [...own, ...(row.settings ? settings : []), ...GLOBAL] }]
  })
}
const SHAPES = shapesOf(await readTable(COMMANDS))

/** A command line with options of this command or of any, in any order. */
function someLine(random: Random): string[] {
  const { words, options } = pick(SHAPES, random)
  const line = [...words]
  for (let n = random.between(0, 5); n > 0; n--) {
    const option =
      random.between(0, 9) > 0 ? pick(options, random) : pick(pick(SHAPES, random).options, random)
    const value = someValue(random)
    const form = random.between(0, 3)
    if (form === 0) line.push(`${option}=${value}`)
    else if (form === 1) line.push(option)
    else line.push(option, value)
    if (random.between(0, 2) === 0) line.push(someValue(random))
  }
  if (random.between(0, 9) === 0)
    line.splice(
      random.between(0, line.length),
      0,
      pick(['--', '-', '-x', '', '--no-', '--__proto__'], random),
    )
  return random.between(0, 19) === 0 ? [...random.shuffle(line)] : line
}

/** Option names and values in every order, on a machine with one profile and a provider that answers. */
export const commandLines: Kind = {
  name: 'argv',
  share: 12,
  open: async () => async (random) => {
    const machine = openMachine()
    machine.files.set(CONFIG, Buffer.from(`[profiles.work]\nissuer = "${ISSUER}"\nclient_id = "${CLIENT}"\n`))
    machine.answer = answerWithoutBrowser
    const argv = someLine(random)
    const ended = await type(machine, argv)
    const broken = brokenPromises(ended)
    return { input: Buffer.from(JSON.stringify(argv)), about: argv.slice(0, 2).join(' '), ...ended, broken }
  },
}
