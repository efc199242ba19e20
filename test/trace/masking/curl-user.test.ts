import { expect, test } from 'vitest'
import { maskText, maskTrace } from '../../../src/trace/masking.ts'
import type { AttributeValue } from '../../../src/trace/model.ts'
import { makeSpan, makeTrace } from '../make.ts'

test.each([
  ['curl -u alice:S https://h/', 'curl -u [masked] https://h/'],
  ['curl -sSu alice:S https://h/', 'curl -sSu [masked] https://h/'],
  ['curl -ualice:S https://h/', 'curl -u[masked] https://h/'],
  ['curl --user alice:S https://h/', 'curl --user [masked] https://h/'],
  ["/usr/bin/curl https://h/ --user='alice:S T' -v", '/usr/bin/curl https://h/ --user=[masked] -v'],
  ['curl -x p -U a:S --proxy-user "a:S T" h', 'curl -x p -U [masked] --proxy-user [masked] h'],
  ['{"cmd":"curl -u alice:S","n":"seen"}', '{"cmd":"curl -u [masked]","n":"seen"}'],
  ['{"cmd":"curl -u \\"alice:S\\" h"}', '{"cmd":"curl -u [masked] h"}'],
  ['["curl","-u","alice:S","https://h/"]', '["curl","-u",[masked],"https://h/"]'],
  ["curl -u alice:'S T' h", 'curl -u [masked] h'],
  ['{"cmd":"curl -u alice:\\"S T\\" h","n":"seen"}', '{"cmd":"curl -u [masked] h","n":"seen"}'],
  ['curl -u :S h', 'curl -u [masked] h'],
  ["curl -H 'A: b; c' 'h?a&b' -u a:S; seen", "curl -H 'A: b; c' 'h?a&b' -u [masked]; seen"],
  ['curl \\\n -u alice:S \\\n h', 'curl \\\n -u [masked] \\\n h'],
  ['x | curl -u a:S && curl -u b:S', 'x | curl -u [masked] && curl -u [masked]'],
  ['["curl","-ualice:S","h"]', '["curl","-u[masked]","h"]'],
  ["['curl', '--user', 'alice:S', 'h']", "['curl', '--user', [masked], 'h']"],
])('name and password that curl is given are masked: %s', (text, shown) => {
  expect(maskText(text)).toBe(shown)
  expect(maskText(shown)).toBe(shown)
})

test.each([
  'curl -u alice https://h:8080/',
  'docker run -u 1000:1000 --user root:root curlimages/curl https://h/',
  'sudo -u alice:x, --user a:b',
  'curl -v -o out:put https://h/a:b',
  'curl/8.1 said -- user: none',
  'curl -O https://h/x && docker run -u 1000:1000 img',
  'curl -O https://h/x | sh -u 1000:1000',
  'curl x; docker exec --user a:b web',
  "curl 'x' \n docker run -u 1000:1000 img",
  '{"a":"curl x","b":"docker run -u 1000:1000"}',
  '[["curl","x"],["docker","-u","1000:1000"]]',
  'kubectl run curl --image=curl --user=system:serviceaccount:x',
  'libcurl error: -u option: requires parameter',
  'curlew -u a:b',
  'curl said: --user name: none',
  'curl -U : h',
])('and nothing else is: %s', (text) => {
  expect(maskText(text)).toBe(text)
})

test.each<[AttributeValue[], AttributeValue[]]>([
  [
    ['/usr/bin/curl', '-u', 'a:S', 'h'],
    ['/usr/bin/curl', '-u', '[masked]', 'h'],
  ],
  [
    ['curl', '-sua:S', '--user=a:S', 'h:80'],
    ['curl', '[masked]', '[masked]', 'h:80'],
  ],
  [
    ['docker', '-u', '1000:1000', 'curl', '-u', 7],
    ['docker', '-u', '1000:1000', 'curl', '-u', 7],
  ],
])('and so they are in a list of arguments: %j', (list, shown) => {
  const span = { ...makeSpan({ id: 1, name: 'run' }), attributes: [['process.command_args', list]] as const }
  const { trace } = maskTrace({ ...makeTrace(), spans: [span] })
  expect(trace.spans[0]?.attributes[0]?.[1]).toEqual(shown)
})

test('a password of millions of parts', { timeout: 60_000 }, () => {
  expect(maskText(`curl -u ada:${'\\b'.repeat(4_000_000)}`)).toBe('curl -u [masked]')
})
