import type { Answer, ToolText } from '../agent.ts'
import { firstBelow, firstValue, type Operation, type ReadAnswer, readAnswer, rowsOf } from './answer-text.ts'
import { argumentsFor, type Facts, Stuck, toolFor } from './tool-text.ts'
import type { Cause, Question } from './world.ts'

/** All that a reader has: the list of tools, and the tools. */
export interface Tools {
  list(): Promise<readonly ToolText[]>
  call(tool: string, args: object): Promise<Answer>
}

/** What a reader found, and what it cost. */
export interface Reading {
  readonly cause: Cause | undefined
  /** Why it went no further. */
  readonly stuck: string | undefined
  readonly calls: number
  /** UTF-8: the list of tools and all answers. */
  readonly bytes: number
}

/** What a reader wants to know, in words of its own. */
const WANTED = {
  traces: 'find traces with a span that fits',
  errors: 'where errors began in one trace',
  difference: 'what got slower from one trace to another',
  shared: 'attribute values that failed or slow spans have more often than others',
}
/** So many traces show a slow one among usual ones. */
const SAMPLE = 50
/** The slowest tenth. */
const SLOWEST = 'p90'

/**
 * Answers a question as somebody would who has read the texts of the tools and nothing else: which tool, by its
 * description; what to tell it, by the descriptions of its arguments; what comes next, by the tools that an answer names
 * outside of its data.
 */
export async function findCause(tools: Tools, question: Question): Promise<Reading> {
  const all = await tools.list()
  let [calls, bytes] = [0, Buffer.byteLength(JSON.stringify(all))]
  const named = new Set<string>()
  const { service, from, to, shows } = question
  try {
    return { cause: await read(), stuck: undefined, calls, bytes }
  } catch (error) {
    if (!(error instanceof Stuck)) throw error
    return { cause: undefined, stuck: error.message, calls, bytes }
  }

  async function read(): Promise<Cause | undefined> {
    const { where, among } = shows === 'failing' ? await whereItFails() : await whereItIsSlow()
    if (where === undefined) return undefined
    return { ...where, value: (await sharedBy(where)) ?? (among && (await sharedBy(among))) }
  }

  async function whereItFails(): Promise<Place> {
    const found = await ask(WANTED.traces, { service, failed: true, from, to })
    const [row] = rowsOf(found.data)
    if (row === undefined) return {}
    const { data } = await ask(WANTED.errors, { trace: row.id })
    return { where: firstBelow(/errors began/, data), among: row }
  }

  async function whereItIsSlow(): Promise<Place> {
    const { data } = await ask(WANTED.traces, { service, from, to, atMost: SAMPLE })
    const rows = rowsOf(data).toSorted((a, b) => b.milliseconds - a.milliseconds)
    const [bad] = rows
    if (bad === undefined) return {}
    const alike = rows.filter((row) => row.service === bad.service && row.operation === bad.operation)
    const usual = alike[Math.floor(alike.length / 2)]
    if (usual === undefined || usual === bad) return {}
    const compared = await ask(WANTED.difference, { usual: usual.id, bad: bad.id })
    // One request is never quite like another.
    if (!compared.data.some((line) => line.startsWith('slower'))) return {}
    return { where: firstBelow(/where it comes from/, compared.data), among: bad }
  }

  async function sharedBy({ service, operation }: Operation): Promise<string | undefined> {
    const among = { service, operation, from, to }
    if (shows === 'failing') return firstValue(await ask(WANTED.shared, { ...among, failed: true }))
    const answer = await ask(WANTED.shared, { ...among, slowerThan: SLOWEST })
    // What may be chance is asked again, where the answer says with which limit.
    const lower = /^ +\w+ \{.*"slower_than":"(p\d\d)"/m.exec(answer.says)?.[1]
    const clearer = lower === undefined ? answer : await ask(WANTED.shared, { ...among, slowerThan: lower })
    return firstValue(clearer)
  }

  /** Of the tools that were named so far; of all of them at the beginning. */
  async function ask(wanted: string, facts: Facts): Promise<ReadAnswer> {
    const choice = calls === 0 ? all : all.filter(({ name }) => named.has(name))
    const tool = toolFor(wanted, choice)
    const { text } = await tools.call(tool.name, argumentsFor(tool, facts))
    calls += 1
    bytes += Buffer.byteLength(text)
    // What is refused, or not there, has no rows to go on with.
    const answer = readAnswer(text)
    for (const { name } of all) if (answer.says.includes(name)) named.add(name)
    return answer
  }
}

interface Place {
  readonly where?: Operation | undefined
  /** The request of the service that was asked about. */
  readonly among?: Operation
}
