import type { SpanData, Tags, TraceData } from '../trace-data.ts'
import { type Random, seeded } from './random.ts'

/** What libraries write of models and tools: OpenTelemetry's names of today and before 1.37, and those of three vendors. */
export const DIALECTS = ['otel', 'otel-old', 'openinference', 'traceloop', 'vercel'] as const
type Dialect = (typeof DIALECTS)[number]

/** Tokens in and out. */
export interface Tokens {
  input: number
  output: number
}

/** A trace of an agent, and what its models were sent and answered, counted while it was made. */
export interface GenAiTrace extends TraceData {
  readonly byModel: ReadonlyMap<string, Tokens>
  readonly byTool: ReadonlyMap<string, Tokens>
}

/** Stands in every message, prompt, argument and result, and looks like no secret. */
export const CANARY = 'wistful heron'

const content = (what: string): string =>
  JSON.stringify([{ role: 'user', parts: [{ text: `${CANARY} ${what}` }] }])

/** A request answered by an agent that calls models and tools. A tool may ask an agent of another dialect. */
export function genAiTrace(seed: number): GenAiTrace {
  const random = seeded(seed)
  const byModel = new Map<string, Tokens>()
  const byTool = new Map<string, Tokens>()
  const spans: SpanData[] = []
  const traceId = random.hex(32)
  let at = 1_790_000_000_000_000 + seed * 1_000_000
  const add = (sum: Map<string, Tokens>, key: string, { input, output }: Tokens) => {
    const known = sum.get(key) ?? { input: 0, output: 0 }
    sum.set(key, { input: known.input + input, output: known.output + output })
  }
  /** A span around what `inside` makes; it may say the tokens of that. */
  const span = <Result>(
    parentId: string | undefined,
    name: string,
    inside: (id: string) => Result,
    more: (result: Result) => Pick<SpanData, 'tags'> & Partial<SpanData>,
  ): Result => {
    const spanId = random.hex(16)
    const startMicros = at
    at += 100
    const result = inside(spanId)
    at += random.between(200, 9_000)
    spans.push({
      ...{ spanId, name, service: 'assistant', kind: 'internal', startMicros, endMicros: at, error: false },
      ...(parentId !== undefined && { parentId }),
      ...more(result),
    })
    return result
  }
  const chat = (parentId: string, dialect: Dialect, tool: string): Tokens => {
    const model = `${dialect === 'vercel' ? 'gpt' : 'claude'}-${random.between(1, 3)}`
    const tokens = { input: random.between(10, 4000), output: random.between(1, 900) }
    add(byModel, model, tokens)
    add(byTool, tool, tokens)
    const inner = (id: string) =>
      span(
        id,
        NAMES[dialect].chat(model),
        () => tokens,
        () => ({
          kind: 'client',
          tags: modelTags(dialect, model, tokens, random),
          ...(dialect === 'otel-old' && { events: oldEvents() }),
        }),
      )
    if (dialect !== 'vercel') return inner(parentId)
    return span(parentId, 'ai.generateText', inner, () => ({
      tags: {
        'ai.operationId': 'ai.generateText',
        'ai.model.id': model,
        'ai.usage.promptTokens': tokens.input,
        'ai.usage.completionTokens': tokens.output,
        'ai.prompt': content('prompt'),
        'ai.response.text': `${CANARY} text`,
      },
    }))
  }
  const agent = (parentId: string, dialect: Dialect, tool: string, depth: number): void => {
    span(
      parentId,
      `invoke_agent planner`,
      (id) => {
        const sum = { input: 0, output: 0 }
        for (let turn = random.between(1, 3); turn > 0; turn--) {
          const { input, output } = chat(id, dialect, tool)
          sum.input += input
          sum.output += output
          const name = `tool_${random.between(1, 4)}`
          span(
            id,
            NAMES[dialect].tool(name),
            (below) => {
              if (depth > 0 && random.between(0, 2) === 0)
                agent(below, DIALECTS[random.between(0, 4)] as Dialect, name, depth - 1)
              span(
                below,
                'POST',
                () => undefined,
                () => ({ kind: 'client', tags: { 'http.method': 'POST' } }),
              )
            },
            () => ({ tags: toolTags(dialect, name) }),
          )
        }
        return sum
      },
      (sum) => ({ tags: agentTags(dialect, sum) }),
    )
  }
  span(
    undefined,
    'POST /ask',
    (id) => agent(id, DIALECTS[seed % 5] as Dialect, '', 2),
    () => ({
      kind: 'server',
      tags: { 'http.route': '/ask' },
    }),
  )
  return { traceId, spans: random.shuffle(spans), byModel, byTool }
}

const NAMES: Record<Dialect, { chat(model: string): string; tool(name: string): string }> = {
  otel: { chat: (model) => `chat ${model}`, tool: (name) => `execute_tool ${name}` },
  'otel-old': { chat: (model) => `chat ${model}`, tool: (name) => `execute_tool ${name}` },
  openinference: { chat: () => 'ChatAnthropic', tool: (name) => name },
  traceloop: { chat: () => 'anthropic.chat', tool: (name) => `${name}.tool` },
  vercel: { chat: () => 'ai.generateText.doGenerate', tool: () => 'ai.toolCall' },
}

function modelTags(dialect: Dialect, model: string, { input, output }: Tokens, random: Random): Tags {
  switch (dialect) {
    case 'otel':
      return {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': model,
        'gen_ai.response.model': `${model}-20260901`,
        'gen_ai.usage.input_tokens': input,
        'gen_ai.usage.output_tokens': output,
        'gen_ai.usage.cache_read.input_tokens': random.between(0, input),
        'gen_ai.input.messages': content('in'),
        'gen_ai.output.messages': content('out'),
        'gen_ai.system_instructions': content('system'),
        'gen_ai.tool.definitions': content('tools'),
        'gen_ai.retrieval.query.text': `${CANARY} query`,
        'gen_ai.retrieval.documents': content('documents'),
        'gen_ai.evaluation.explanation': `${CANARY} explanation`,
      }
    case 'otel-old':
      return {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'anthropic',
        'gen_ai.request.model': model,
        'gen_ai.usage.prompt_tokens': input,
        'gen_ai.usage.completion_tokens': output,
        'gen_ai.prompt': content('in'),
        'gen_ai.completion': content('out'),
      }
    case 'openinference':
      return {
        'openinference.span.kind': 'LLM',
        'llm.model_name': model,
        'llm.provider': 'anthropic',
        'llm.token_count.prompt': input,
        'llm.token_count.completion': output,
        'llm.token_count.total': input + output,
        'input.value': content('in'),
        'input.mime_type': 'application/json',
        'output.value': content('out'),
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.content': `${CANARY} in`,
        'llm.output_messages.0.message.content': `${CANARY} out`,
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': content('arguments'),
        'retrieval.documents.0.document.content': `${CANARY} document`,
        'llm.prompt_template.template': `${CANARY} {question}`,
        'llm.prompt_template.variables': content('variables'),
        'session.id': `${CANARY} session`,
      }
    case 'traceloop':
      return {
        'llm.request.type': 'chat',
        'gen_ai.system': 'Anthropic',
        'gen_ai.request.model': model,
        'gen_ai.usage.prompt_tokens': input,
        'gen_ai.usage.completion_tokens': output,
        'llm.usage.total_tokens': input + output,
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': `${CANARY} in`,
        'gen_ai.completion.0.content': `${CANARY} out`,
        'llm.request.functions.0.parameters': content('functions'),
        'traceloop.entity.input': content('in'),
        'traceloop.entity.output': content('out'),
      }
    case 'vercel':
      return {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': model,
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': input,
        'gen_ai.usage.output_tokens': output,
        'ai.usage.promptTokens': input,
        'ai.usage.completionTokens': output,
        'ai.prompt.messages': content('in'),
        'ai.response.text': `${CANARY} out`,
        'ai.response.toolCalls': content('calls'),
      }
  }
}

function toolTags(dialect: Dialect, name: string): Tags {
  switch (dialect) {
    case 'otel':
    case 'otel-old':
      return {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.call.arguments': content('arguments'),
        'gen_ai.tool.call.result': content('result'),
      }
    case 'openinference':
      return {
        'openinference.span.kind': 'TOOL',
        'tool.name': name,
        'tool.parameters': content('parameters'),
        'input.value': content('in'),
        'output.value': content('out'),
      }
    case 'traceloop':
      return {
        'traceloop.span.kind': 'tool',
        'traceloop.entity.name': name,
        'traceloop.entity.input': content('in'),
        'traceloop.entity.output': content('out'),
      }
    case 'vercel':
      return {
        'ai.operationId': 'ai.toolCall',
        'ai.toolCall.name': name,
        'ai.toolCall.args': content('args'),
        'ai.toolCall.result': content('result'),
      }
  }
}

/** An agent says the sum of its turns, in some dialects. */
function agentTags(dialect: Dialect, { input, output }: Tokens): Tags {
  switch (dialect) {
    case 'otel':
      return {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'planner',
        'gen_ai.request.model': 'claude-1',
        'gen_ai.usage.input_tokens': input,
        'gen_ai.usage.output_tokens': output,
        'gen_ai.input.messages': content('in'),
      }
    case 'otel-old':
      return { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner' }
    case 'openinference':
      return { 'openinference.span.kind': 'AGENT', 'input.value': content('in'), output: content('out') }
    case 'traceloop':
      return {
        'traceloop.span.kind': 'agent',
        'traceloop.entity.name': 'planner',
        'mlflow.spanInputs': content('in'),
        'mlflow.spanOutputs': content('out'),
        input: content('in'),
        'langfuse.observation.input': content('in'),
        'langfuse.trace.output': content('out'),
        '_ml_obs.meta.input.messages': content('in'),
        '_ml_obs.meta.output.value': content('out'),
      }
    case 'vercel':
      return {
        'gcp.vertex.agent.llm_request': content('in'),
        'gcp.vertex.agent.llm_response': content('out'),
        'gcp.vertex.agent.tool_call_args': content('args'),
        'gcp.vertex.agent.tool_response': content('result'),
      }
  }
}

const oldEvents = (): NonNullable<SpanData['events']> => [
  { name: 'gen_ai.content.prompt', tags: { 'gen_ai.prompt': content('in') } },
  { name: 'gen_ai.content.completion', tags: { 'gen_ai.completion': content('out') } },
  { name: 'gen_ai.system.message', tags: { content: `${CANARY} system`, role: 'system' } },
  { name: 'gen_ai.user.message', tags: { 'gen_ai.system': 'anthropic', content: `${CANARY} in` } },
  { name: 'gen_ai.assistant.message', tags: { tool_calls: content('calls') } },
  { name: 'gen_ai.tool.message', tags: { content: `${CANARY} result`, id: 'call_1' } },
  { name: 'gen_ai.choice', tags: { index: 0, finish_reason: 'stop', message: content('out') } },
  {
    name: 'gen_ai.client.inference.operation.details',
    tags: { 'gen_ai.input.messages': content('in'), 'gen_ai.output.messages': content('out') },
  },
]
