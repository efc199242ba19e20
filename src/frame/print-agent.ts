import type { Invocation } from '../commands/invocation.ts'
import { portWith } from '../port-with.ts'
import { UNSTYLED } from '../text/unstyled.ts'
import { ABOUT_DATA, bytesOf, dataBlock, MOST_BYTES, withinBytes } from '../trace/render/data-block.ts'
import type { Answer, Pen, Step } from './answer.ts'
import { notesOf, stepLine } from './print.ts'

/** Bytes for the remarks. */
const NOTES_BYTES = 2048
const PEN: Pen = { audience: 'agent', width: 140, unicode: true, style: UNSTYLED, hasBars: false }

/** Puts a step into the words of the reader: a command line, or a call of a tool. Undefined: the reader has no such thing. */
export type SayStep = (step: Step) => string | undefined

/**
 * An answer for an agent, in at most {@link MOST_BYTES}: our own lead, others' data in one block, our notes, up to three next
 * calls. `remarks`: lines from the way, which may quote a server.
 */
export function agentText(answer: Answer, remarks: readonly string[], sayStep: SayStep): string {
  const { blocks = [], mostBytes = MOST_BYTES } = answer
  const lead = blocks.filter(({ kind }) => kind === 'text').flatMap(({ lines }) => [...lines(PEN)])
  const notes = notesOf(answer)
  const ours = notes.filter(({ quotes }) => !quotes).map(({ text }) => `note: ${text}`)
  const quoting = notes.filter(({ quotes }) => quotes).map(({ text }) => `note: ${text}`)
  const failed = answer.failure ? [`error: ${answer.failure.message}`] : []
  const quoted = withinBytes([...quoting, ...remarks, ...failed], NOTES_BYTES)
  const steps = (answer.next ?? []).flatMap((step) => (step.quotes ? [] : (sayStep(step) ?? [])))
  const next = steps.length === 0 ? [] : ['next:', ...steps.slice(0, 3).map((line) => `  ${line}`)]
  const around = [...lead, ABOUT_DATA, '', '', ...ours, '', ...next]
  const room = mostBytes - bytesOf([...around, ...dataBlock(quoted)]) - 100
  const drawn = blocks
    .filter(({ kind }) => kind === 'drawn')
    .flatMap(({ lines }) => [...lines({ ...PEN, room })])
  const data = dataBlock([...withinBytes(drawn, room), ...quoted])
  const parts = [[...lead, ...(data.length > 0 ? [ABOUT_DATA] : [])], data, ours, next]
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}

/** Runs a verb for an agent with a shell: its notes go into the text, what else it says stays on standard error. */
export async function printForAgent(
  invocation: Invocation,
  run: (own: Invocation) => Promise<Answer | undefined>,
): Promise<number> {
  const remarks: string[] = []
  const { terminal } = invocation.ports
  const answer = await run(
    withErr(invocation, (text) => {
      if (text.startsWith('note: ')) remarks.push(text.trim().replaceAll(/\n\s*/g, ' '))
      else terminal.err(text)
    }),
  )
  if (answer === undefined) return 0
  await terminal.out(agentText(answer, remarks, (step) => stepLine(invocation, step, 'agent')))
  if (answer.failure) throw answer.failure
  return answer.exit ?? 0
}

/** The run with another standard error. */
export function withErr(invocation: Invocation, err: (text: string) => void): Invocation {
  const { ports } = invocation
  return { ...invocation, ports: { ...ports, terminal: portWith(ports.terminal, { err }) } }
}
