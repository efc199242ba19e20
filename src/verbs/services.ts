import { rememberServices } from '../commands/known-names.ts'
import { openSource } from '../commands/trace/open-source.ts'
import { ASKS_API, LIST_FORMATS, verb } from '../frame/verb.ts'
import { nameList, pattern } from './name-list.ts'
import { fileFlag } from './search-flags.ts'

/** `ls-auth services`: the services that report spans. */
export const services = verb({
  summary: 'list the services that report spans',
  ...ASKS_API,
  flags: { ...fileFlag, pattern },
  formats: LIST_FORMATS,
  examples: [
    { does: 'for people', line: 'ls-auth services' },
    { does: 'for scripts', line: 'ls-auth services --json' },
    { does: 'of a trace file', line: 'ls-auth services --file trace.json' },
  ],
  tools: [
    {
      name: 'get_services',
      title: 'List services',
      asks: 'services',
      description:
        'The names of services that report spans, one per line. Use them as service in search_traces.',
      takes: ['pattern'],
    },
  ],
  async run(invocation, { file, pattern }) {
    const source = await openSource(invocation, 'services', file)
    const all = await source.services()
    const names = all.filter(pattern)
    if (file === undefined) await rememberServices(invocation, 'all', all)
    return {
      data: { rows: names, row: (name: string) => ({ name }), whole: () => ({ services: names }) },
      ...nameList({
        noun: 'service',
        names: () => names,
        none: all.length > 0 ? 'No name contains that text.' : `${source.name} has no services.`,
        next: (name) => [{ verb: 'trace search', flags: { service: name } }],
      }),
    }
  },
})
