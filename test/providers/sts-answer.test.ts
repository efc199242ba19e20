import { expect, it } from 'vitest'
import { xmlElement } from '../../src/providers/sts-answer.ts'

it.each([
  ['plain', 'plain'],
  [' two words\n', 'two words'],
  ['the role &apos;a&apos; &amp; &quot;b&quot; &lt;c&gt;', `the role 'a' & "b" <c>`],
  ['&amp;lt;', '&lt;'],
  ['&#39;&#x27;&#x1F600;', `''\u{1f600}`],
  ['', undefined],
  ['  ', undefined],
  ['<b>inner</b>', undefined],
  ['&nbsp;', undefined],
  ['a & b', undefined],
  ['&#x110000;', undefined],
  ['&#xD800;', undefined],
])('the text of an XML element %j is %j', (written, text) => {
  expect(xmlElement('Message', `<Error><Message>${written}</Message></Error>`)).toBe(text)
})
