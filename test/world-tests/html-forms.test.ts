import { expect, test } from 'vitest'
import { formsOf } from '../world/html-forms.ts'

test('a form sends what a browser would: hidden and typed fields, and only boxes that are ticked', () => {
  const [form] = formsOf(`<form action="/next">
    <input type="hidden" name="key" value="a&amp;b"><input name="user">
    <input type="checkbox" name="off"><input type="checkbox" name="on" value="yes" checked>
    </form>`)
  expect(form?.action).toBe('/next')
  expect(Object.fromEntries(form?.fields ?? [])).toEqual({ key: 'a&b', user: '', on: 'yes' })
})

test('a button is a <button> or an <input> that submits, and is no field', () => {
  const [form] = formsOf(
    '<form><button name="decision" value="allow">Yes</button><input type="submit" name="commit" value="Deny"></form>',
  )
  expect(form?.fields.size).toBe(0)
  expect(form?.buttons).toEqual([
    { name: 'decision', value: 'allow', text: 'Yes' },
    { name: 'commit', value: 'Deny', text: 'Deny' },
  ])
})
