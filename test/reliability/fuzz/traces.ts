import { gzipSync } from 'node:zlib'
import { TRACE_FORMATS } from '../../../src/trace/formats/trace-formats.ts'
import { type Kind, pick } from './kind.ts'
import { mutate } from './mutations.ts'
import { runOn } from './trace-run.ts'
import { specimens } from './trace-specimens.ts'

const FLAGS = [
  [],
  ['--unfold'],
  ['--error'],
  ['--show-sensitive'],
  ['--no-bars'],
  ['--depth', '2'],
  ['--min', '1ms'],
]

/** Broken traces of every format through `trace get -`, in every output. */
export const traces: Kind = {
  name: 'traces',
  share: 12,
  async open(seed) {
    const corpus = [seed, seed + 1].flatMap(specimens)
    return async (random) => {
      const { format, bytes } = pick(corpus, random)
      let input = mutate(bytes, pick(corpus, random).bytes, random)
      const packed = random.between(0, 19)
      if (packed === 0) input = gzipSync(input)
      else if (packed === 1) input = mutate(gzipSync(bytes), bytes, random)
      const output = pick(TRACE_FORMATS, random)
      const options = [...(output === 'waterfall' ? [] : ['-o', output]), ...pick(FLAGS, random)]
      const ending = await runOn(input, options, random.between(40, 250), random.between(0, 4) > 0)
      return { input, about: `${format}, ${options.join(' ')}`, ...ending }
    }
  },
}
