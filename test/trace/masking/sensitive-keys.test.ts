import { describe, expect, test } from 'vitest'
import {
  isPeerAddress,
  isSensitive,
  isSensitiveAttribute,
  isStatement,
} from '../../../src/trace/masking/sensitive-keys.ts'

describe('values are masked under', () => {
  test.each([
    ...['passphrase', 'xsrf', 'license.key', 'licensekey', 'phone', 'last_name', 'nick-name'],
    ...['remoteAddr', 'http.x-real-ip', 'http.response.body'],
    ...['card_no', 'credit', 'bank.account', 'account_number', 'pan', 'cvv', 'cvc', 'accountNumber'],
    ...['dbpassword', 'mysqlpasswd', 'appsecret', 'mapsapikey', 'fbaccesstoken', 'myidtoken'],
    ...['gcprefreshtoken', 'jsessionid', 'awssessiontoken', 'myauthtoken'],
    ...['enduser.hash', 'enduser.sub', 'user.id', 'user.hash', 'ip', 'peer.ipv6', 'peer.address'],
    ...['source.address', 'net.peer.addr', 'net.sock.peer.addr', 'client.socket.address', 'http.client.addr'],
    ...['db.query.parameter.0', 'db.operation.parameter.key', 'mongodb.query', 'sql'],
    ...['gen_ai.prompt.0.content', 'gen_ai.completion.0', 'gen_ai.input.messages'],
    ...['gen_ai.output.messages', 'gen_ai.system_instructions'],
    ...[
      'reranker.output_documents.0.document.content',
      'embedding.text',
      'ai.embedding',
      'ai.response.object',
    ],
    ...[
      'llm.tools.0.tool.json_schema',
      'llm.function_call',
      'mlflow.traceInputs',
      'langfuse.trace.metadata.a',
    ],
    ...['x:api:key', 'oauth2Token', 'passWord', 'credit...', 'a.b.c.secret.d.e.f'],
    ...['usages.token', 'xusage.token', 'my.gen_ai.token.kind', 'token.usages', 'authtoken.count'],
    ...['client.addr', 'httpClient.socket.address', 'source.ip', 'net.sock.peer.ip', 'cardnumber', 'panNo'],
    ...[
      'totp',
      'user.totp',
      'mfa_code',
      'recoveryCode',
      'backup_code',
      'creds',
      'db.creds',
      'PHPSESSID',
      'connect.sid',
    ],
    ...['ocp-apim-subscription-key', 'SAMLResponse', 'saml_response', 'http.request.body.SAMLResponse'],
    // What is harmless beside them makes them no better.
    ...['usage.password', 'llm.usage.api_key', 'billing.usage.customer.phone', 'session.type.cookie'],
    ...['usage.access_token', 'sessionCount.userEmail', 'gen_ai.token.secret', 'gen_ai.tokens.secret'],
    ...['usage.input_token_details.secret', 'usage.input_access_token', 'usage.api_key.cache_key'],
    ...[
      'access_token_details',
      'session.cache',
      'creds.provider.password',
      'creds.token',
      'subscription.key.value',
    ],
  ])('%s', (key) => {
    expect(isSensitive(key)).toBe(true)
  })
})

describe('values are shown under', () => {
  test.each([
    ...[
      '',
      'account.name',
      'card.type',
      'first.names',
      'api.keys.count',
      'passwords.checked',
      'remote',
      'x.real',
      'password2',
    ],
    ...['enduser.role', 'user.agent', 'my.user.id', 'sql.rows', 'my.ip', 'ip.version', 'peer.service'],
    ...['my.db.query.parameter', 'db.query.summary', 'gen_ai.request.model', 'secretary', 'tokenizer'],
    ...['token.type', 'token.usage', 'token.limit', 'token.total', 'secret.tokens.count'],
    ...['session.count', 'session.type', 'session.total', 'http.session.limit'],
    ...['mfa_code_length', 'saml_response_time', 'samlResponse.status', 'recovery_codes'],
    ...['error.code', 'sid', 'connect.sidecar', 'totps', 'credsort'],
    ...['usageToken', 'usage.output_token', 'first.session.count.name', 'usage.tokens', 'gen_ai.tokens.kind'],
    ...['usage.token', 'llm.usage.token', 'gen_ai.token.kind', 'token.count.max', 'my.tokens.limit'],
    // Of the models' libraries, among others.
    ...['usage_metadata.input_token_details.cache_read', 'usage.outputTokenDetails.reasoning'],
    ...['ai.usage.cached_input_token', 'usage.cache_creation_input_token', 'usage.reasoning_token'],
    ...[
      'llm.token_count.prompt',
      'usageMetadata.promptTokenCount',
      'llm.token.cost',
      'llm.prompt_token_details.audio',
    ],
    ...['gen_ai.tool.name', 'gen_ai.agent.name', 'ai.model.id', 'ai.usage.promptTokens', 'ai.toolCall.name'],
    ...[
      'llm.model_name',
      'tool.name',
      'input.mime_type',
      'traceloop.entity.name',
      'langfuse.observation.type',
    ],
    ...['_ml_obs.metrics.input_tokens', 'ai.valued', 'input', 'output', 'ai.response.model'],
    ...['subscription.key.count', 'creds.provider', 'aws.creds.type', 'totp.enabled'],
    ...['requestId', 'traceParent', 'my.client.address', 'client.address.kind', 'source.port', 'net.address'],
    ...['postcard', 'creditor', 'card.numbers', 'number', 'pancake'],
  ])('%j', (key) => {
    expect(isSensitive(key)).toBe(false)
  })
})

test.each([
  ...['ip', 'peer.ipv4', 'peer.ipv6', 'peer.address', 'net.peer.ip', 'net.peer.addr', 'net_peer_address'],
  ...['net.sock.peer.ip', 'net.sock.peer.addr', 'Net.Sock.Peer.Address'],
])('%s is the other end of a connection', (key) => {
  expect(isPeerAddress(key)).toBe(true)
})

test.each([
  'xip',
  'ipx',
  'my.peer.ipv4',
  'peer.ipv4.x',
  'peer.name',
  'net.ip',
  'net.sock.ip',
  'client.address',
])('%s is not', (key) => {
  expect(isPeerAddress(key)).toBe(false)
})

test('statements are those of databases', () => {
  const keys = ['db.statement', 'db_query_text', 'sql', 'sql.query', 'sql.text', 'mongodb.query']
  expect(keys.filter(isStatement)).toEqual(keys)
  expect(['db.name', 'db.statement.id', 'my.sql'].filter(isStatement)).toEqual([])
})

test.each([
  ...['input', 'prompt', 'completion', 'message.content', 'message.contents.0.message_content.text'],
  ...['document.content', 'tool_call.function.arguments', 'traceloop.prompt.template', 'ai.result.text'],
  ...['all_messages_events', 'pydantic_ai.all_messages', 'final_result', 'tool_arguments', 'tool_response'],
  ...['lk.user_input', 'lk.response.text', 'lk.chat_ctx', 'lk.function_tool.output'],
])('%s as an attribute is content of a model or a tool, and as a key of JSON anything', (key) => {
  expect([isSensitiveAttribute(key), isSensitive(key)]).toEqual([true, false])
})

test.each([
  'prompt_version',
  'completion.id',
  'message.content_type',
  'lk.response.metadata',
  'tool_arguments_count',
])('%s is no content', (key) => {
  expect(isSensitiveAttribute(key)).toBe(false)
})

test.each(['gen_ai.developer.message', 'gen_ai.content.prompt', 'llm.content.completion.chunk'])(
  'what the event %s says is content, but for what is around it',
  (event) => {
    expect([isSensitiveAttribute('content', event), isSensitiveAttribute('role', event)]).toEqual([
      true,
      false,
    ])
  },
)
