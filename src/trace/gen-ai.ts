import { grouped } from '../text/count.ts'
import type { AttributeValue, Span, Trace } from './model.ts'
import { underKeys } from './span-view.ts'

/** What a span says of the model or the tool that it calls. Input tokens include those that came from a cache. */
export interface GenAi {
  /** `chat`, `execute_tool`, `LLM`, `ai.generateText`: in the words of the library. */
  readonly operation: string | undefined
  readonly model: string | undefined
  readonly tool: string | undefined
  readonly input: number | undefined
  readonly output: number | undefined
}

/**
 * Names of OpenTelemetry's conventions for GenAI, then those before version 1.37, of OpenInference, of Traceloop and of
 * Vercel's AI SDK. The first that a span has counts.
 */
const KEYS = {
  operation: [
    'gen_ai.operation.name',
    'llm.request.type',
    'traceloop.span.kind',
    'openinference.span.kind',
    'ai.operationId',
  ],
  model: [
    'gen_ai.request.model',
    'gen_ai.response.model',
    'llm.model_name',
    'embedding.model_name',
    'ai.model.id',
    'ai.response.model',
  ],
  tool: ['gen_ai.tool.name', 'tool.name', 'ai.toolCall.name', 'traceloop.entity.name'],
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
} as const
const ALL: ReadonlySet<string> = new Set(Object.values(KEYS).flat())
/** What others call a tool, too: only beside an operation of this kind. */
const TOOL_OF: Readonly<Record<string, string>> = { 'tool.name': 'TOOL', 'traceloop.entity.name': 'tool' }

/** Undefined: the span calls no model, no tool and no agent. */
export function genAiOf({ callsModels }: Trace, span: Span): GenAi | undefined {
  if (callsModels === false) return undefined
  const own = new Map(underKeys(span, ALL).attributes)
  if (own.size === 0) return undefined
  const first = <T>(keys: readonly string[], read: (value: AttributeValue | undefined) => T | undefined) =>
    keys.map((key) => read(own.get(key))).find((value) => value !== undefined)
  const operation = first(KEYS.operation, textOf)
  const tools = KEYS.tool.filter((key) => TOOL_OF[key] === undefined || TOOL_OF[key] === operation)
  const facts = {
    operation,
    model: first(KEYS.model, textOf),
    tool: first(tools, textOf),
    input: first(KEYS.input, countOf),
    output: first(KEYS.output, countOf),
  }
  return Object.values(facts).some((fact) => fact !== undefined) ? facts : undefined
}

const textOf = (value: AttributeValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Some back ends give all values as texts. */
const countOf = (value: AttributeValue | undefined): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** `1,204 tokens in, 340 out`. */
export function tokensText({ input, output }: Pick<GenAi, 'input' | 'output'>): string | undefined {
  const told = [
    input === undefined ? [] : `${grouped(input)} tokens in`,
    output === undefined ? [] : `${grouped(output)} out`,
  ]
  return told.flat().join(', ') || undefined
}

/** What the name of a span does not say of its model, tool and tokens, in printable ASCII. */
function genAiText(trace: Trace, span: Span): string {
  const facts = genAiOf(trace, span)
  if (facts === undefined) return ''
  const { operation, model, tool } = facts
  const isNew = (word: string | undefined): boolean =>
    word !== undefined && /^[!-~]{1,64}$/.test(word) && !span.name.includes(word)
  return [[operation, model, tool].filter(isNew).join(' '), tokensText(facts)].filter(Boolean).join(', ')
}

/** What a row says beside the name of its span: of a model or a tool, and how many logs. Printable ASCII, so each sign is a column. */
export function rowFacts(trace: Trace, span: Span): string {
  // A span that is read late makes its events again each time.
  const logs = trace.hasLogs ? span.events.filter(({ isLog }) => isLog).length : 0
  const facts = [genAiText(trace, span), logs > 0 && `${logs} ${logs === 1 ? 'log' : 'logs'}`]
  return facts.filter(Boolean).join(', ')
}
