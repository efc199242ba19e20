import { type FailureRow, signedIn } from './row.ts'

/** Traces are not to be had. */
export const TRACES: readonly FailureRow[] = [
  {
    name: 'a trace that does not exist',
    arrange: (place) => signedIn(place),
    line: 'ls-auth trace get 00f067aa0ba902b7 --profile work',
    exit: 7,
    // The gateway of this world lets no snapshot through.
    exits: [11],
  },
  {
    name: 'a search that an old Jaeger cannot do without a service',
    arrange: ({ jaeger }) => {
      jaeger.mode = 'v2'
    },
    line: ({ jaeger }) => `ls-auth trace search --backend jaeger --api ${jaeger.url} --error`,
    exit: 2,
  },
  {
    name: 'a time series of Jaeger',
    line: ({ jaeger }) => `ls-auth query x --backend jaeger --api ${jaeger.url}`,
    exit: 2,
    noCommand: true,
  },
  {
    name: 'attributes of Jaeger',
    line: ({ jaeger }) => `ls-auth attributes --backend jaeger --api ${jaeger.url}`,
    exit: 2,
    values: ({ stage }) => ({ ID: stage.trace.traceId }),
  },
  {
    name: 'an attribute that a file has not',
    line: ({ file }) => `ls-auth attributes nope --file ${file}`,
    exit: 7,
  },
  {
    name: 'an attribute that Tempo has not',
    line: ({ tempo }) => `ls-auth attributes nope --backend tempo --api ${tempo.url}`,
    exit: 7,
  },
  { name: 'a query of a file', line: ({ file }) => `ls-auth query x --file ${file}`, exit: 2 },
]
