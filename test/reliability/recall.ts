import { type Found, recall } from '../trace/masking/recall.ts'

/**
 * How many of the known secrets in texts of traces are masked, and how many harmless texts are changed. `npm run recall`;
 * `npm run recall -- --missed` lists what shows.
 */
const say = (line: string) => process.stdout.write(`${line}\n`)

const share = ({ found, of }: Omit<Found, 'missed'>): string =>
  `found ${found} of ${of} (${((100 * found) / of).toFixed(1)} %)`

const { plain, nested, harmless, falseAlarms } = recall()
say(share({ found: plain.found + nested.found, of: plain.of + nested.of }))
say(`  plain: ${share(plain)}`)
say(`  text nested in text: ${share(nested)}`)
say(`false alarms: ${falseAlarms.length} of ${harmless} harmless texts`)
if (process.argv.includes('--missed'))
  for (const text of [...plain.missed, ...nested.missed, ...falseAlarms]) say(JSON.stringify(text))
