import { Script } from 'node:vm'
import { expect, it } from 'vitest'
import { eager } from '../../build/eager.mjs'

const CODE = `const early=twice(2),o={m(x){return x+1},get g(){return 3},f:function(){return 4}};class A{n(){return(x=>x*5)(1)}}
function twice(x){function inner(y){return y*2}return inner(x)}const later=async x=>x,list=[1,2].map(x=>x+1).filter(function(x){return x>2});
[early,o.m(1),o.g,o.f(),new A().n(),twice(3),typeof later,...list].join()`

it('functions in parentheses give the same program, and V8 compiles them with the file', () => {
  const run = (code: string) => new Script(code).runInNewContext()
  expect(run(eager(CODE))).toBe(run(CODE))
  expect(run(eager(CODE))).toBe('4,2,3,4,5,6,function,3')
  const body = `let s=0;${'s+=x*s;'.repeat(500)}return s`
  const compiled = (code: string) => new Script(code).createCachedData().length
  for (const code of [`function f(x){${body}}`, `const f=function(x){${body}}`]) {
    expect(compiled(eager(code))).toBeGreaterThan(compiled(code) + 1000)
  }
})
