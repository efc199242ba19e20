import { expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

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
])('and nothing else is: %s', (text) => {
  expect(maskText(text)).toBe(text)
})
